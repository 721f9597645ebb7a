//! Languages of which only the words of headings are known, and their "or" and "if".

use super::Tongue;
use super::phrases::Topic;

/// A language of which no words are known.
const UNKNOWN: Tongue = Tongue {
    phrases: &[],
    ordinals: &[],
    either: &[],
    otherwise: &[],
    expected: &[],
    must: &[],
    prints: &[],
    examples: &[],
    informs: &[],
    happens: &[],
    lasts: &[],
    times: &[],
    back: &[],
    back_if: &[],
    in_case: &[],
    may: &[],
    alone: &[],
    trouble: &[],
    beside: &[],
    writes: &[],
    on_host: &[],
    only_in_case: &[],
    only: &[],
    in_this: &[],
    stops: &[],
    until: &[],
    since: &[],
    around_times: &[],
    all: &[],
    well: &[],
    points: &[],
    makes: &[],
    in_case_of: &[],
    choose: &[],
    name: &[],
    role: &[],
    jobs: &[],
};

#[rustfmt::skip]
pub(super) const ITALIAN: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["approvazion*", "firme", "autorizzazion*"]),
        (Topic::Contacts, &["contatti", "reperibil*"]),
        (Topic::Criteria, &["criteri di ripristino", "criteri di rollback", "quando tornare indietro"]),
        (Topic::Success, &["criteri di successo", "criteri di accettazione"]),
        (Topic::Prose, &["panoramica", "introduzione", "obiettiv*", "descrizione", "rischi"]),
        (Topic::Rollback, &["ripristin*", "piano di ritorno", "ritorno alla versione*"]),
        (Topic::Failure, &["guast*", "errore", "errori", "fallit*"]),
        (Topic::Pre, &["prima del", "prima della", "prima di"]),
        (Topic::Post, &["dopo il", "dopo la"]),
        (Topic::Staged, &["distribuzione", "rilasci*", "aggiornament*", "migrazion*", "messa in produzione"]),
        (Topic::BeforeStrong, &["prerequisiti", "requisiti preliminari", "controlli preliminari"]),
        (Topic::Before, &["preparazione", "preparativi", "copia di sicurezza"]),
        (Topic::Verify, &["verifica", "verifiche", "controllo", "controlli", "collaudo", "convalida"]),
        (Topic::After, &["monitoraggio", "sorveglianza", "pulizia"]),
        (Topic::Deploy, &["distribuzione", "rilasci*", "esecuzione", "migrazion*", "aggiornament*", "messa in produzione"]),
        (Topic::Steps, &["passi", "passaggi", "procedura"]),
        (Topic::Small, &["della", "dello", "delle", "degli", "nella"]),
    ],
    in_case: &["in caso di", "in caso di errore", "nel caso", "se necessario"],
    only_in_case: &["se necessario", "solo se", "solo in caso"],
    ..UNKNOWN
};

#[rustfmt::skip]
pub(super) const POLISH: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["zatwierdzen*", "akceptacj*", "podpis*"]),
        (Topic::Contacts, &["kontakty", "osoby kontaktowe", "dyzur*"]),
        (Topic::Criteria, &["kryteria wycofania", "kiedy wycofac"]),
        (Topic::Success, &["kryteria sukcesu", "kryteria akceptacji"]),
        (Topic::Prose, &["przeglad", "wprowadzenie", "cel", "opis", "ryzyka"]),
        (Topic::Rollback, &["wycofani*", "plan wycofania", "przywracani*", "przywroceni*"]),
        (Topic::Failure, &["awari*", "blad", "bledy", "niepowodzeni*"]),
        (Topic::Pre, &["przed"]),
        (Topic::AfterStrong, &["po wdrozeni*", "po migracj*", "po aktualizacj*"]),
        (Topic::Staged, &["wdrozeni*", "migracj*", "aktualizacj*", "wydani*"]),
        (Topic::BeforeStrong, &["wymagania wstepne", "warunki wstepne"]),
        (Topic::Before, &["przygotowani*", "kopia zapasowa", "kopii zapasowej"]),
        (Topic::Verify, &["weryfikacj*", "sprawdzeni*", "walidacj*", "testy"]),
        (Topic::After, &["monitorowani*", "obserwacj*", "sprzatanie"]),
        (Topic::Deploy, &["wdrozeni*", "migracj*", "aktualizacj*", "wykonani*"]),
        (Topic::Steps, &["kroki", "procedura"]),
        (Topic::Small, &["zmian", "zmiany", "planu"]),
    ],
    either: &["lub", "albo"],
    in_case: &["jesli", "jezeli", "w razie", "w przypadku"],
    only_in_case: &["tylko jesli", "w razie potrzeby", "jesli potrzeba"],
    ..UNKNOWN
};

#[rustfmt::skip]
pub(super) const TURKISH: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["onay", "onaylar", "onaylayan*", "imza*"]),
        (Topic::Contacts, &["iletisim", "nobetci*"]),
        (Topic::Criteria, &["geri alma kriterleri", "geri alma kosullari"]),
        (Topic::Success, &["basari kriterleri", "kabul kriterleri"]),
        (Topic::Prose, &["genel bakis", "giris", "amac", "aciklama", "riskler"]),
        (Topic::Rollback, &["geri alma*", "geri donus*", "geri yukleme*"]),
        (Topic::Failure, &["hata*", "ariza*", "basarisiz*"]),
        (Topic::Staged, &["dagitim", "surum", "guncelleme", "gecis"]),
        (Topic::BeforeStrong, &["on kosullar", "dagitim oncesi*", "gecis oncesi*"]),
        (Topic::AfterStrong, &["dagitim sonrasi*", "gecis sonrasi*"]),
        (Topic::Before, &["hazirlik*", "yedekleme", "yedek alma"]),
        (Topic::Verify, &["dogrulama*", "kontrol*", "dogrula"]),
        (Topic::After, &["izleme", "temizlik"]),
        (Topic::Deploy, &["dagitim", "gecis adimlari", "yayina alma", "guncelleme", "uygulama adimlari"]),
        (Topic::Steps, &["adimlar", "adimlari"]),
        (Topic::Small, &["ve", "plani", "icin"]),
    ],
    either: &["veya", "ya da"],
    in_case: &["eger", "gerekirse", "hata durumunda"],
    only_in_case: &["gerekirse", "sadece gerekirse"],
    ..UNKNOWN
};

#[rustfmt::skip]
pub(super) const KOREAN: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["승인*", "결재*", "서명*"]),
        (Topic::Contacts, &["연락처*", "담당자*", "비상 연락*"]),
        (Topic::Criteria, &["롤백 기준*", "롤백 조건*"]),
        (Topic::Success, &["성공 기준*", "완료 기준*"]),
        (Topic::Prose, &["개요", "소개", "목적", "배경", "위험*"]),
        (Topic::Rollback, &["롤백*", "원복*", "되돌리기*"]),
        (Topic::Restore, &["복구*", "복원*"]),
        (Topic::Failure, &["실패*", "오류*", "장애*"]),
        (Topic::Staged, &["배포*", "릴리스*", "릴리즈*", "마이그레이션*", "업그레이드*", "전환*"]),
        (Topic::BeforeStrong, &["사전*", "배포 전*", "배포전*", "마이그레이션 전*", "전제 조건*"]),
        (Topic::AfterStrong, &["배포 후*", "배포후*", "마이그레이션 후*", "사후*"]),
        (Topic::Before, &["준비*", "백업*"]),
        (Topic::Verify, &["검증*", "확인*", "점검*", "테스트*"]),
        (Topic::After, &["모니터링*", "정리*"]),
        (Topic::Deploy, &["배포*", "릴리스*", "릴리즈*", "마이그레이션*", "실행*", "적용*", "전환*"]),
        (Topic::Steps, &["절차*", "단계*", "순서*"]),
        (Topic::Checklist, &["체크리스트*"]),
        (Topic::Small, &["계획*", "및", "시"]),
    ],
    either: &["또는", "혹은"],
    in_case: &["만약", "실패 시", "오류 시", "필요 시", "필요시"],
    only_in_case: &["필요 시", "필요시", "필요한 경우"],
    ..UNKNOWN
};
