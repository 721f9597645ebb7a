create table customers (
    id      bigint generated always as identity primary key,
    name    text not null,
    joined  timestamptz not null default now()
);
create table products (
    id      bigint generated always as identity primary key,
    title   text not null,
    cents   integer not null
);
create table orders (
    id          bigint generated always as identity primary key,
    customer_id bigint not null references customers,
    product_id  bigint not null references products,
    total_cents integer not null,
    placed      timestamptz not null default now()
);

insert into customers (name)
select 'customer ' || n from generate_series(1, 5000) n;
insert into products (title, cents)
select 'product ' || n, 100 + n * 7 % 9900 from generate_series(1, 500) n;
insert into orders (customer_id, product_id, total_cents, placed)
select 1 + n * 31 % 5000, 1 + n * 17 % 500, 100 + n * 7 % 9900, now() - n * interval '1 minute'
from generate_series(1, 100000) n;
create index orders_customer on orders (customer_id);
analyze;
