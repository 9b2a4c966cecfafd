//! A broker that wants nobody: it speaks just enough of Kafka's protocol to refuse a password.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::command::run;

const API_VERSIONS: i16 = 18;
const SASL_HANDSHAKE: i16 = 17;
const SASL_AUTHENTICATE: i16 = 36;

const UNSUPPORTED_VERSION: i16 = 35;
const AUTHENTICATION_FAILED: i16 = 58;

/// Listens until the test ends; where.
fn refusing_broker() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let servers = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    servers
}

/// Answers one request after the other until the client goes.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = usize::try_from(i32::from_be_bytes(length)).map_err(io::Error::other)?;
        let mut request = vec![0; length];
        stream.read_exact(&mut request)?;
        let number = |place: usize| i16::from_be_bytes([request[place], request[place + 1]]);
        let mut answer = request[4..8].to_vec(); // which request it is of
        match (number(0), number(2)) {
            (API_VERSIONS, version) => {
                let error = if version == 0 { 0 } else { UNSUPPORTED_VERSION };
                answer.extend(error.to_be_bytes());
                answer.extend(3_i32.to_be_bytes());
                for (key, most) in [(API_VERSIONS, 0), (SASL_HANDSHAKE, 1), (SASL_AUTHENTICATE, 0)]
                {
                    answer.extend([key, 0, most].map(i16::to_be_bytes).concat());
                }
            }
            (SASL_HANDSHAKE, _) => {
                answer.extend(0_i16.to_be_bytes());
                answer.extend(1_i32.to_be_bytes());
                answer.extend(text("PLAIN"));
            }
            _ => {
                answer.extend(AUTHENTICATION_FAILED.to_be_bytes());
                answer.extend(text("no such user, or another password"));
                answer.extend(0_i32.to_be_bytes());
            }
        }
        let length = i32::try_from(answer.len()).map_err(io::Error::other)?;
        stream.write_all(&[length.to_be_bytes().to_vec(), answer].concat())?;
    }
}

fn text(text: &str) -> Vec<u8> {
    let length = i16::try_from(text.len()).expect("it is short");
    [length.to_be_bytes().as_slice(), text.as_bytes()].concat()
}

#[test]
fn wrong_credentials_are_told_by_every_command_with_what_the_broker_said() {
    let servers = refusing_broker();
    let folder = tempfile::tempdir().expect("a folder");
    let password = folder.path().join("password");
    std::fs::write(&password, "not this one\nnor that\n").expect("it can be written");
    let password = password.to_str().expect("UTF-8");
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
    let commands: [&[&str]; 3] = [
        &["poll", "--once", "--topic", "orders", "--invoke-url", "http://127.0.0.1:1"],
        &["load", "--records", "10"],
        &["topics", "create", "--template", template],
    ];
    for command in commands {
        let as_ann = ["--security", "plain", "--user", "ann", "--password-file", password];
        let to = ["--bootstrap-servers", &servers];
        let done = run(&[command, &to, &as_ann].concat());
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{command:?}");
        let start = format!("millrace: {servers} refused to authenticate with SASL/PLAIN (");
        assert!(done.stderr.starts_with(&start), "{command:?}: {}", done.stderr);
        let said = "no such user, or another password";
        assert!(done.stderr.contains(said), "{command:?}: {}", done.stderr);
        let help = "); check user, password or role\n";
        assert!(done.stderr.ends_with(help), "{command:?}: {}", done.stderr);
        assert!(!done.stderr.contains("not this one"), "{command:?}: {}", done.stderr);
    }
}

#[test]
fn what_is_missing_to_get_in_is_named() {
    let ask = |more: &[&str]| {
        let servers = ["topics", "create", "--topic", "a", "--bootstrap-servers", "127.0.0.1:1"];
        let done = run(&[&servers, more].concat());
        assert_eq!(done.code, Some(1));
        done.stderr
    };
    let told = ask(&["--security", "plain", "--user", "ann"]);
    assert_eq!(told, "millrace: --security plain needs --password-file\n");
    let told = ask(&["--security", "scram"]);
    assert_eq!(told, "millrace: --security scram needs --user\n");
    let told = ask(&["--ca-file", "no-authorities.pem"]);
    assert!(told.starts_with("millrace: no-authorities.pem cannot be read: "), "{told}");
}
