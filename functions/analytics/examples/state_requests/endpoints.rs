//! Endpoints that answer every request after a while, and do nothing: every key that is asked for has
//! the same item, and every statement takes effect. A thread for each connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// What stands in an item where the key belongs.
pub(crate) const KEY: &str = "THE-KEY";

/// Starts on a free port of 127.0.0.1 and returns the URL. It runs as long as the process.
pub(crate) fn start(latency: Duration, item: String) -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let item = item.clone();
            // It ends in an error when the client closes the connection.
            thread::spawn(move || serve(&connection, latency, &item));
        }
    });
    Ok(url)
}

fn serve(connection: &TcpStream, latency: Duration, item: &str) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::with_capacity(64 * 1024, connection);
    let mut responses = connection;
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        let mut line = String::new();
        let mut is_read = false;
        while requests.read_line(&mut line)? > 2 {
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().map_err(io::Error::other)?;
            }
            is_read |= header.ends_with("batchgetitem");
            line.clear();
        }
        if length == 0 {
            return Ok(());
        }
        body.resize(length, 0);
        requests.read_exact(&mut body)?;
        thread::sleep(latency);
        let answer = if is_read { items(&body, item) } else { successes(&body) };
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: ";
        write!(&mut responses, "{head}{}\r\n\r\n{answer}", answer.len())?;
    }
}

/// The item, for every key of a `BatchGetItem`.
fn items(request: &[u8], item: &str) -> String {
    let request = String::from_utf8_lossy(request);
    let keys = request.split(r#"{"S":""#).skip(1).filter_map(|rest| rest.split('"').next());
    let items: Vec<String> = keys.map(|key| item.replace(KEY, key)).collect();
    format!(r#"{{"Responses":{{"millrace-state":[{}]}},"UnprocessedKeys":{{}}}}"#, items.join(","))
}

/// An empty response for every statement of a `BatchExecuteStatement`.
fn successes(request: &[u8]) -> String {
    let statements = String::from_utf8_lossy(request).matches(r#""Statement":"#).count();
    format!(
        r#"{{"Responses":[{}]}}"#,
        vec![r#"{"TableName":"millrace-state"}"#; statements].join(",")
    )
}
