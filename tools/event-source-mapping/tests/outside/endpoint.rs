//! A function behind an Invoke endpoint.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use bytes::Bytes;
use millrace_event_source_mapping::{
    Function as _, FunctionFailure, InvokeEndpoint, InvokeOutcome,
};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves until the set is dropped; the URL.
async fn serve(tasks: &mut JoinSet<()>) -> String {
    let echo = |Path(name): Path<String>, body: Bytes| async move {
        match name.as_str() {
            "hangs" => std::future::pending().await,
            _ => [format!("{name} got ").into_bytes(), body.to_vec()].concat(),
        }
    };
    let routes = Router::new().route("/2015-03-31/functions/{name}/invocations", post(echo));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    url
}

async fn outcome(url: &str, name: &str, timeout: Duration) -> InvokeOutcome {
    let endpoint = InvokeEndpoint::new(url, name, timeout).unwrap();
    endpoint.invoke(Bytes::from_static(b"{\"records\":{}}")).await.outcome
}

#[tokio::test]
async fn an_event_is_posted_and_the_body_is_the_answer() {
    let mut tasks = JoinSet::new();
    let url = serve(&mut tasks).await;
    let answered = outcome(&url, "orders", Duration::from_secs(30)).await;
    assert_eq!(answered, InvokeOutcome::Answered("orders got {\"records\":{}}".into()));
}

#[tokio::test]
async fn a_function_that_does_not_answer_in_time_has_timed_out() {
    let mut tasks = JoinSet::new();
    let url = serve(&mut tasks).await;
    let failed = outcome(&url, "hangs", Duration::from_millis(50)).await;
    let message = "no answer within 0.05 s".to_owned();
    assert_eq!(failed, InvokeOutcome::Failed { failure: FunctionFailure::TimedOut, message });
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_invoked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let InvokeOutcome::NotInvoked { message } =
        outcome(&url, "orders", Duration::from_secs(30)).await
    else {
        panic!("nobody is there");
    };
    assert!(message.contains("Connection refused"), "{message}");
    assert!(message.starts_with(&url), "{message}");
}
