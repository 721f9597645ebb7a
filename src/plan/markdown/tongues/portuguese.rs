//! Portuguese.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of Portuguese.
#[rustfmt::skip]
pub(super) const PORTUGUESE: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["aprovacao", "aprovacoes", "assinatura*", "autorizacao"]),
        (Topic::Contacts, &["contato*", "contacto*", "plantao", "escalonamento"]),
        (Topic::Criteria, &["criterios de rollback", "criterios de reversao", "quando reverter", "condicoes de rollback", "criterios de aborto", "gatilho* de rollback"]),
        (Topic::CriteriaBelowRollback, &["gatilho*", "decisao*", "condicoes", "quando"]),
        (Topic::Alerts, &["limiar*", "limites de alerta"]),
        (Topic::Success, &["criterios de sucesso", "criterios de aceitacao", "criterios de aceite", "indicadores de sucesso"]),
        (Topic::Reference, &["exemplo*", "apendice*", "anexo*", "glossario", "perguntas frequentes", "solucao de problemas", "boas praticas", "modelo*", "desenvolvimento local", "veja tambem"]),
        (Topic::Prose, &["visao geral", "resumo", "descricao*", "contexto", "introducao", "objetivo*", "escopo", "risco*", "cronograma", "conclusao", "observacoes", "notas", "premissas", "impacto*", "responsabilidades", "historico", "sumario", "plano de comunicacao"]),
        (Topic::Rollback, &["reversao", "reverter", "retorno", "plano de contingencia", "contingencia*", "desfazer", "voltar atras"]),
        (Topic::Restore, &["restauracao*", "recuperacao*"]),
        (Topic::Urgent, &["emergencia*"]),
        (Topic::Moves, &["migrar"]),
        (Topic::No, &["sem", "nenhum"]),
        (Topic::Rehearsal, &["preparacao*", "ensaio*", "teste*"]),
        (Topic::Failure, &["falh*", "erro*", "problema*"]),
    (Topic::Order, &["migrar", "atualizar", "carregar", "recarregar", "importar", "copiar", "criar", "remover", "apagar", "desativar", "ativar", "silenciar", "reiniciar", "executar", "aplicar", "instalar", "substituir", "renomear"]),
    (Topic::Fails, &["se falhar*", "se algo*", "em caso de falha*", "em caso de erro*", "em caso de problema*"]),
        (Topic::Staged, &["implantacao*", "migracao*", "deploy*", "publicacao*", "lancamento*", "atualizacao*", "entrada em producao", "virada", "mudanca*", "execucao*"]),
        (Topic::Pre, &["antes da", "antes do", "antes de"]),
        (Topic::Post, &["depois da", "depois do", "depois de", "apos a", "apos o", "apos"]),
        (Topic::BeforeStrong, &["pre requisitos", "prerequisitos", "requisitos previos", "previo*"]),
        (Topic::AfterStrong, &["acompanhamento"]),
        (Topic::Before, &["preparacao*", "preparativos", "copia de seguranca", "planejamento*", "planeamento*"]),
        (Topic::Verify, &["verificacao*", "verificacoes", "validacao*", "validacoes", "conferencia", "testes de fumaca", "testes funcionais"]),
        (Topic::After, &["monitoramento*", "monitorizacao*", "monitoracao*", "limpeza*", "retrospectiva", "encerramento"]),
        (Topic::Deploy, &["implantacao*", "migracao*", "execucao*", "publicacao*", "lancamento*", "atualizacao*", "entrada em producao", "virada", "durante"]),
        (Topic::Testing, &["testes"]),
        (Topic::Steps, &["passos", "passo", "procedimento*", "instrucoes", "processo", "tarefas", "lista de verificacao"]),
        (Topic::Checklist, &["lista de verificacao"]),
        (Topic::And, &["e"]),
        (Topic::Small, &["o", "a", "os", "as", "da", "do", "de", "e", "se", "necessario", "plano"]),
    ],
    ordinals: &[("passo", Ordinal::Number), ("parte", Ordinal::Number), ("fase", Ordinal::Phase), ("etapa", Ordinal::Phase), ("opcao", Ordinal::Option), ("variante", Ordinal::Option), ("metodo", Ordinal::Option)],
    either: &["ou", "ou entao", "alternativamente", "caso contrario"],
    expected: &["esperado", "resultado esperado", "saida esperada", "espera se"],
    lasts: &["duracao estimada", "tempo estimado", "duracao"],
    times: &[("minuto", "minute"), ("minutos", "minutes"), ("hora", "hour"), ("horas", "hours"), ("segundo", "second"), ("segundos", "seconds"), ("dia", "day"), ("dias", "days"), ("semana", "week"), ("semanas", "weeks"), ("antes", "before"), ("depois", "after"), ("apos", "after"), ("cerca de", "about"), ("aproximadamente", "about"), ("menos de", "less than"), ("ate", "up to"), ("mais de", "more than"), ("primeira", "first"), ("primeiras", "first"), ("primeiros", "first"), ("dentro de", "within")],
    back: &["reversao", "reverter"],
    back_if: &["reverter se", "rollback se", "abortar se", "voltar atras se"],
    in_case: &["se", "somente se", "apenas se", "caso", "em caso", "para desfazer", "para reverter"],
    in_case_of: &["quando", "para", "apos"],
    choose: &["decidir", "escolher"],
    name: &["nome", "pessoa", "quem"],
    role: &["papel", "funcao", "cargo", "responsavel", "equipe", "area"],
    jobs: &["responsavel", "lider", "gerente", "administrador", "arquiteto", "desenvolvedor"],
};
