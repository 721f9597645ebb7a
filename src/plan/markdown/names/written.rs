//! Blocks that are what a file holds, not what is typed: "Create `undo.sh` with:", "Save this as …", what begins
//! with a comment that only names a path. Nobody may run one by going on.

use std::sync::LazyLock;

use super::cases;
use crate::plan::letters;
use crate::plan::letters::is_dense;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::programs;
use crate::plan::markdown::tongues::{self, Beginnings};

/// Whether `text`, which stands above a block, says that the block is written somewhere.
pub(in crate::plan::markdown) fn says(text: &str) -> bool {
    WRITES.begin(text) || (SCRIPTS.begin(text) && !tells_what_for(text))
}

/// Whether `text` goes on to say what for: "Use this script to move the data:".
fn tells_what_for(text: &str) -> bool {
    let text = letters::fold(text);
    let what_for = [" to ", " um ", " pour ", " para ", " чтобы "];
    what_for.iter().any(|word| text.contains(word))
}

/// Whether `text` says that a file is made of the block right below it.
pub(in crate::plan::markdown) fn names_file(text: &str) -> bool {
    file_made(text).is_some()
}

/// Whether `fence` is a file's content, by its own first line or by the line `above` it.
pub(in crate::plan::markdown) fn is_content(fence: &Fence, above: Option<&str>) -> bool {
    let named = |text: &str| (says(text) || names_file(text)) && !does(text, &fence.text);
    begins_file(fence).is_some() || above.is_some_and(named)
}

/// Whether `text`, above lines that only set something, says that this stands elsewhere: in a file, "In GitHub Secrets".
/// "In the first terminal" it is a shell that they are typed into.
pub(in crate::plan::markdown) fn stands_elsewhere(text: &str) -> bool {
    let folded = letters::fold(text);
    let mut words = folded.split(is_outside_of_files);
    let shell = || SHELLS.iter().any(|shell| folded.contains(shell));
    words.any(|word| is_file(word.trim_end_matches('.')))
        || (WITHIN.begin_word(text) && !cases::begins_case(text) && !shell())
}

/// Whether `script` does by itself what `text` says of it: it names the file, or writes into one.
pub(in crate::plan::markdown) fn does(text: &str, script: &str) -> bool {
    if let Some(file) = file_made(text) {
        // "File: add_column.sql" may be what is run, which a script that begins as one is not.
        let runs = called(text.trim()).is_some() && !begins_script(script);
        return runs || mentions(script, &file);
    }
    if SCRIPTS.begin(text) {
        // "Use this script: ./deploy.sh" calls one.
        let mut lines = script.lines().filter(|line| is_code(line, "#"));
        return lines.next().is_some_and(programs::begins_with_command) && lines.next().is_none();
    }
    [">", "tee ", "sed -i", "crontab -"]
        .iter()
        .any(|sign| script.contains(sign))
}

/// What `fence` begins with, if that says that it is a file's content: `# scripts/deploy.sh`, also behind `#!/bin/sh`.
pub(in crate::plan::markdown) fn begins_file(fence: &Fence) -> Option<&str> {
    let sign = match fence.language {
        Language::Shell(_) => "#",
        Language::Sql => "--",
        _ => return None,
    };
    let mut lines = fence.text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with("#!"))?;
    let script = is_script(fence);
    let name = first.strip_prefix(sign)?.trim();
    let name = called(name).unwrap_or(name);
    // "# rollback.sh - goes back"
    let word = name.split_whitespace().next().filter(|_| script);
    let name = word.unwrap_or(name);
    let code: Vec<&str> = lines.filter(|line| is_code(line, sign)).collect();
    let calls = !script && mentions(&code.join("\n"), name);
    (is_path(name) && !code.is_empty() && !calls).then_some(name)
}

/// Whether `fence` begins as a script does, `#!/bin/sh`, and is run as a whole.
pub(in crate::plan::markdown) fn is_script(fence: &Fence) -> bool {
    begins_script(&fence.text)
}

fn begins_script(text: &str) -> bool {
    text.trim_start().starts_with("#!")
}

/// What stands in `name` behind a word for a file: "File: scripts/deploy.sh".
fn called(name: &str) -> Option<&str> {
    let (head, rest) = name.split_once(": ")?;
    let calls = [
        "file", "filename", "path", "datei", "fichier", "archivo", "arquivo", "файл",
    ];
    calls
        .contains(&head.to_lowercase().as_str())
        .then_some(rest.trim())
}

fn is_code(line: &str, sign: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with(sign)
}

/// Whether the lines of `script` that are run name `file`.
fn mentions(script: &str, file: &str) -> bool {
    let name = file.rsplit('/').next().filter(|name| name.contains('.'));
    let name = name.unwrap_or(file);
    let mut lines = script.lines().filter(|line| is_code(line, "#"));
    lines.any(|line| letters::fold(line).contains(&letters::fold(name)))
}

/// The file that `text` says is made of what follows, behind an order or as what is shown: "Save it as `undo.sh`:",
/// "Contents of deploy.env". What is told of it behind that may only be that it follows.
fn file_made(text: &str) -> Option<String> {
    let folded = letters::fold(text);
    let line = folded.trim().trim_end_matches([':', '：']);
    if line.contains('\n') || line.len() > MAX_LINE {
        return None;
    }
    if let Some(file) = called(line).filter(|file| is_path(file)) {
        return Some(file.to_owned());
    }
    let dense = line.chars().any(is_dense);
    let makes =
        MAKES.begin_word(line) || (dense && MAKES_DENSE.iter().any(|word| line.contains(word)));
    if !makes {
        return None;
    }
    let (at, file) = line
        .split(is_outside_of_files)
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| is_file(word))
        .map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
        .next_back()?;
    let tail = line[at + file.len()..].trim_matches(|c: char| !c.is_alphanumeric());
    let follows = tail.is_empty()
        || tail.chars().all(|c| is_dense(c) || c.is_whitespace())
        || FOLLOWS
            .iter()
            .any(|word| tongues::strip_word(tail, word).is_some());
    follows.then(|| file.to_owned())
}

fn is_outside_of_files(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~'))
}

/// The longest line that says so, in bytes.
const MAX_LINE: usize = 120;

/// Whether `text` is a path and nothing else.
fn is_path(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~');
    text.chars().all(fits) && (is_file(text) || (text.starts_with("/etc/") && text.len() > 5))
}

/// Whether `word` is called as files are that hold scripts or settings.
fn is_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    // "Node.js" is a name.
    let known = ENDS.contains(&end) || (word.contains('/') && ["js", "ts"].contains(&end));
    known && (!stem.is_empty() || word.contains('/') || end == "env")
}

/// How the names of such files end.
const ENDS: [&str; 24] = [
    "sh", "bash", "zsh", "ksh", "sql", "py", "rb", "pl", "php", "conf", "cnf", "cfg", "ini", "env",
    "service", "timer", "socket", "yml", "yaml", "toml", "json", "hcl", "tf", "rules",
];

/// "Put this into".
static WRITES: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.writes));
/// "Use this script", which is called or shown.
static SCRIPTS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(SAVES.iter().map(|word| (*word, ()))));
static MAKES: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(MAKING.iter().map(|word| (*word, ()))));
static MAKES_DENSE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let dense = |word: &&str| word.chars().all(is_dense);
    MAKING.iter().copied().filter(dense).collect()
});

/// "In", before the name of a service.
static WITHIN: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = ["in", "im", "dans", "en", "em", "no", "na", "в"];
    Beginnings::new(words.map(|word| (word, ())))
});
/// What lines are typed into.
const SHELLS: [&str; 9] = [
    "terminal",
    "shell",
    "session",
    "sitzung",
    "prompt",
    "konsole",
    "bash",
    "терминал",
    "сесси",
];

/// With which a line begins that speaks of a script that stands below it, in all languages.
#[rustfmt::skip]
const SAVES: [&str; 24] = [
    "save this as", "save it as", "save the following", "save this script", "use this script", "use the following script",
    "for convenience, use this script", "example script", "sample script", "dieses skript", "folgendes skript",
    "speichern sie dies", "utilisez ce script", "utiliser ce script", "enregistrez ce script", "use este script", "usa este script",
    "utilice este script", "utilize este script", "salve este script", "используйте этот скрипт", "сохраните этот скрипт",
    "以下のスクリプトを", "使用以下脚本",
];
/// With which a line begins that says that a file is made, or shown; without spaces between words they may stand
/// anywhere.
#[rustfmt::skip]
const MAKING: [&str; 58] = [
    "create", "save", "write", "make", "add", "put", "paste", "place", "store", "edit", "new file", "contents of", "content of",
    "the contents of", "the content of", "example", "sample", "erstelle", "erstellen", "speichere", "speichern", "schreibe",
    "lege", "inhalt von", "inhalt der", "inhalt", "beispiel", "creer", "creez", "enregistrer", "enregistrez", "contenu de",
    "contenu du", "exemple", "crear", "cree", "crea", "guardar", "guarde", "guarda", "contenido de", "contenido del",
    "ejemplo", "criar", "crie", "salvar", "salve", "conteudo de", "conteudo do", "exemplo", "создать", "создайте",
    "сохранить", "сохраните", "содержимое", "作成", "保存", "创建",
];
/// With which it may go on behind the file.
#[rustfmt::skip]
const FOLLOWS: [&str; 26] = [
    "with", "containing", "file", "as follows", "like this", "and add", "and paste", "config", "configuration", "mit", "an", "wie folgt",
    "avec", "contenant", "comme suit", "con", "como sigue", "que contenga", "com", "contendo", "с", "со", "следующ", "such as",
    "content", "contents",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_that_a_file_is_made() {
        for text in [
            "Save this as `undo.sh`:",
            "Create rollback.sh with",
            "Create `/etc/shop/app.conf` with the following content:",
            "Contents of deploy.env:",
            "File: scripts/backup.sh",
            "Use this script:",
            "Write it to scripts/copy.py",
            "Erstelle `zurueck.sh` mit folgendem Inhalt:",
            "Inhalt von zurueck.sh:",
            "Créez `retour.sh` avec :",
            "Contenu de retour.sh :",
            "Cree el archivo volver.sh con:",
            "Crie o arquivo voltar.sh com:",
            "Создайте файл back.sh со следующим содержимым:",
            "back.sh を作成：",
            "创建 back.sh，内容如下：",
        ] {
            assert!(says(text) || names_file(text), "{text}");
        }
        for text in [
            "Create the index:",
            "Save the row counts:",
            "Run back.sh with the new version:",
            "Create the tables of schema.sql in the scratch database:",
            "Make sure that deploy.sh is there:",
            "Add the column:",
            "Write down the version:",
            "Contents of the table:",
            "File permissions: deploy.sh",
            "File: the one of last week",
            "Example:",
            "",
        ] {
            assert!(!says(text) && !names_file(text), "{text}");
        }
    }

    #[test]
    fn what_writes_the_file_is_run() {
        assert!(does("Create undo.sql with", "pg_dump -s shop > undo.sql"));
        assert!(does(
            "Save it as `/srv/app.conf`:",
            "cat > /srv/app.conf <<'E'\na=1\nE"
        ));
        assert!(does("Use this script:", "./deploy.sh --all"));
        assert!(does("File: add.sql", "ALTER TABLE a ADD b int;"));
        assert!(!does("File: a/add.sh", "#!/bin/sh\n./stop.sh"));
        assert!(!does("Use this script:", "./stop.sh\n./start.sh"));
        assert!(!does("Create undo.sh with", "# undo.sh\n./stop.sh > log"));
        assert!(!does("Add this line:", "max_connections = 100"));
    }
}
