//! People who are named where no heading announces them: in a table of roles and names, in a line
//! "**Deployment lead:** Nina".

use super::contacts::contact_of_row;
use super::entries::{MAX_ROLE, is_name};
use super::signoffs::signoff_of_row;
use crate::plan::letters;
use crate::plan::markdown::elements::blocks::Table;
use crate::plan::markdown::found::Found;
use crate::plan::markdown::names::decoration;
use crate::plan::markdown::tongues;
use crate::plan::parts::Contact;
use crate::plan::source::Span;

/// Heads of columns that hold what people are, folded: how they begin.
const ROLES: [&str; 12] = [
    "role", "rolle", "rol", "funktion", "funcion", "fonction", "funcao", "papel", "роль", "役割",
    "角色", "position",
];
/// Heads of columns that hold who they are.
const NAMES: [&str; 14] = [
    "name",
    "who",
    "person",
    "nom",
    "nombre",
    "nome",
    "имя",
    "фио",
    "氏名",
    "名前",
    "担当者",
    "姓名",
    "wer",
    "qui",
];
/// Heads of columns that hold how to reach them.
const PHONES: [&str; 16] = [
    "contact",
    "contact info",
    "kontakt",
    "contacto",
    "contato",
    "контакт",
    "phone",
    "telefon",
    "telephone",
    "telefono",
    "telefone",
    "телефон",
    "電話",
    "电话",
    "slack",
    "pager",
];
/// Heads of columns in which they sign.
const SIGNS: [&str; 10] = [
    "visa",
    "signature",
    "signed",
    "sign-off",
    "signoff",
    "unterschrift",
    "firma",
    "assinatura",
    "подпись",
    "署名",
];
/// Who is asked for by name, in English: one of these words is in what they are.
const PERSONS: [&str; 13] = [
    "lead",
    "leader",
    "manager",
    "owner",
    "engineer",
    "architect",
    "director",
    "officer",
    "dba",
    "commander",
    "coordinator",
    "developer",
    "admin",
];

/// The people in `table`, if its head says that it holds some.
pub(in crate::plan::markdown) fn of_table(table: &Table, found: &mut Found) {
    let Some((head, rows)) = table.rows.split_first() else {
        return;
    };
    let heads: Vec<String> = head.cells.iter().map(|cell| letters::fold(cell)).collect();
    let has = |words: &[&str]| heads.iter().any(|head| words.contains(&head.trim()));
    let names = has(&NAMES);
    // Names and roles alone may be those of a server's users.
    if !has(&ROLES) || !(has(&PHONES) || names && has(&SIGNS)) {
        return;
    }
    if names && has(&SIGNS) {
        let signs = rows.iter().filter_map(|row| signoff_of_row(head, row));
        found.signoffs.extend(signs);
    } else {
        let people = rows
            .iter()
            .filter_map(|row| contact_of_row(head, row, None));
        found.contacts.extend(people);
    }
}

/// Whom a line names that begins in bold: "**Deployment lead:** Nina".
pub(in crate::plan::markdown) fn of_line(line: &str, span: Span) -> Option<Contact> {
    let (role, name) = decoration::strip(line).split_once([':', '：'])?;
    let (role, name) = (role.trim(), name.trim());
    let folded = letters::fold(role);
    let mut words = folded.split([' ', '/', '-']);
    let person = words.any(|word| PERSONS.contains(&word))
        || tongues::words(|tongue| tongue.jobs).any(|job| folded.contains(job));
    let short = role.len() <= MAX_ROLE && role.split(' ').count() <= 4;
    (person && short && is_name(name)).then(|| Contact {
        role: role.to_owned(),
        name: Some(name.to_owned()),
        reach: None,
        group: None,
        span,
    })
}
