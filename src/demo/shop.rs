//! The shop: an HTTP application of three addresses over the demonstration's database. It keeps a
//! pool of connections, as such applications do, and suffers as they do when its tables are locked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

/// How many connections the shop has.
const POOL: u32 = 8;
/// How long a customer waits for one of them.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running shop.
#[derive(Clone)]
pub(super) struct Shop {
    pool: PgPool,
    closed: Arc<AtomicBool>,
}

impl Shop {
    /// The shop over the database at `url`, which is connected to when somebody comes.
    pub(super) fn new(url: &str) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(POOL)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options.application_name("shop"));
        Ok(Shop {
            pool,
            closed: Arc::default(),
        })
    }

    /// Opens the shop on a free port of this machine; it is open until the task is dropped.
    pub(super) async fn open(self) -> std::io::Result<(SocketAddr, impl Future<Output = ()>)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let serving = async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shop = self.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let shop = shop.clone();
                        async move { Ok::<_, Infallible>(shop.answer(&request).await) }
                    });
                    let http = hyper::server::conn::http1::Builder::new();
                    // A customer who hangs up is not the shop's trouble.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        };
        Ok((address, serving))
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let result = match (request.method(), request.uri().path()) {
            (&Method::POST, "/maintenance/on") => Ok(self.set_closed(true)),
            (&Method::POST, "/maintenance/off") => Ok(self.set_closed(false)),
            _ if self.closed.load(Ordering::Relaxed) => {
                return page(StatusCode::SERVICE_UNAVAILABLE, "closed for maintenance");
            }
            (&Method::GET, "/health") => self.health().await,
            (&Method::GET, "/orders/latest") => self.latest().await,
            (&Method::POST, "/orders") => self.order().await,
            _ => return page(StatusCode::NOT_FOUND, "there is nothing here"),
        };
        match result {
            Ok(text) => page(StatusCode::OK, text),
            Err(error) => page(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        }
    }

    fn set_closed(&self, closed: bool) -> String {
        self.closed.store(closed, Ordering::Relaxed);
        if closed { "closed" } else { "open" }.to_owned()
    }

    async fn health(&self) -> Result<String, sqlx::Error> {
        sqlx::query_scalar("select 'healthy'")
            .fetch_one(&self.pool)
            .await
    }

    async fn latest(&self) -> Result<String, sqlx::Error> {
        let sql = "select coalesce(json_agg(o), '[]')::text
                   from (select * from orders order by id desc limit 5) o";
        sqlx::query_scalar(sql).fetch_one(&self.pool).await
    }

    async fn order(&self) -> Result<String, sqlx::Error> {
        let sql = "insert into orders (customer_id, product_id, total_cents)
                   select 1 + floor(random() * 5000), id, cents from products
                   order by random() limit 1 returning id::text";
        sqlx::query_scalar(sql).fetch_one(&self.pool).await
    }
}

fn page(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response
}
