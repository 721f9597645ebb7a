create table entry (
    seq     integer primary key check (seq > 0),
    wall    integer not null,
    mono    integer not null,
    boot    integer not null,
    actor   text    not null,
    kind    text    not null,
    version integer not null,
    body    text    not null,
    hash    text    not null
) strict;

create trigger entry_has_no_gap before insert on entry
when new.seq <> (select coalesce(max(seq), 0) + 1 from entry)
begin select raise(abort, 'entries are written in order'); end;

create trigger entry_is_not_changed before update on entry
begin select raise(abort, 'entries are never changed'); end;

create trigger entry_is_not_removed before delete on entry
begin select raise(abort, 'entries are never removed'); end;
