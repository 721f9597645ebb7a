//! Chinese.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of Chinese.
#[rustfmt::skip]
pub(super) const CHINESE: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["审批", "签字", "签核", "签署", "会签", "批准", "審批", "簽核"]),
        (Topic::Contacts, &["联系人", "联系方式", "值班", "通讯录", "升级路径", "聯絡人", "联系"]),
        (Topic::Criteria, &["回滚条件", "回滚标准", "回滚判断", "回滚触发", "何时回滚", "中止条件", "回退条件", "回滾條件"]),
        (Topic::CriteriaBelowRollback, &["触发条件", "条件", "标准", "决策"]),
        (Topic::Alerts, &["告警", "报警", "阈值", "警报"]),
        (Topic::Success, &["成功标准", "验收标准", "成功指标"]),
        (Topic::Reference, &["示例", "附录", "术语", "常见问题", "故障排查", "故障排除", "最佳实践", "模板", "本地开发", "参考"]),
        (Topic::Commands, &["常用命令", "命令速查"]),
        (Topic::Prose, &["概述", "概览", "背景", "简介", "介绍", "目的", "范围", "目标", "风险", "时间表", "时间安排", "总结", "说明", "注意事项", "影响", "变更记录", "版本历史", "目录", "职责", "沟通计划"]),
        (Topic::Rollback, &["回滚", "回退", "回滾"]),
        (Topic::Restore, &["恢复", "还原", "灾难"]),
        (Topic::Urgent, &["应急", "紧急"]),
        (Topic::Rehearsal, &["准备", "演练", "测试"]),
        (Topic::Fails, &["失败时", "如果失败", "出现问题", "异常处理"]),
        (Topic::Pre, &["部署前", "上线前", "发布前", "迁移前", "升级前", "切换前", "变更前", "执行前", "遷移前"]),
        (Topic::Post, &["部署后", "上线后", "发布后", "迁移后", "升级后", "切换后", "变更后", "執行後"]),
        (Topic::BeforeStrong, &["前置条件", "前置检查", "事前", "先决条件"]),
        (Topic::AfterStrong, &["后续", "收尾"]),
        (Topic::Before, &["准备", "備份", "备份", "计划"]),
        (Topic::Verify, &["验证", "检查", "确认", "冒烟", "校验", "核对", "驗證", "檢查"]),
        (Topic::After, &["监控", "观察", "清理", "复盘", "回顾", "監控"]),
        (Topic::Deploy, &["部署", "上线", "发布", "迁移", "执行", "升级", "切换", "变更步骤", "变更实施", "安装", "遷移", "上線"]),
        (Topic::Testing, &["测试", "測試"]),
        (Topic::Steps, &["步骤", "流程", "操作", "清单", "任务", "步驟"]),
        (Topic::Checklist, &["清单", "检查单", "檢查清單"]),
        (Topic::Small, &["计划", "方案", "预案", "如需", "的"]),
    ],
    ordinals: &[("步骤", Ordinal::Number), ("阶段", Ordinal::Phase), ("方案", Ordinal::Option), ("方法", Ordinal::Option), ("选项", Ordinal::Option), ("方式", Ordinal::Option)],
    either: &["或者", "或", "或手动"],
    expected: &["预期结果", "预期输出", "预期", "期望结果", "期望输出", "应输出"],
    lasts: &["预计时间", "预计耗时", "预估时间", "时间估算", "耗时", "预计用时", "所需时间"],
    times: &[("大约", "about "), ("约", "about "), ("分钟以内", " minutes max"), ("小时以内", " hours max"), ("分钟内", " minutes max"), ("小时内", " hours max"), ("以内", " max"), ("分钟", " minutes "), ("分鐘", " minutes "), ("小时", " hours "), ("小時", " hours "), ("秒", " seconds "), ("天", " days "), ("周", " weeks "), ("前", " before"), ("后", " after"), ("後", " after"), ("首个", "first "), ("最多", "up to ")],
    back: &["回滚", "回退"],
    back_if: &["回滚条件", "满足以下条件回滚", "出现以下情况回滚", "出现以下情况时回滚", "触发条件"],
    in_case: &["如果", "若", "仅当", "万一", "一旦失败", "失败时", "出错时", "要撤销", "要回滚"],
    in_case_of: &[],
    choose: &["选择", "任选", "二选一"],
    name: &["姓名", "名字", "负责人"],
    role: &["角色", "职责", "岗位", "职位", "部门"],
    jobs: &["负责人", "经理", "主管", "工程师", "管理员", "总监"],
};
