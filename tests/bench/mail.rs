//! Mail a second: taken in, beside tickets made over HTTP; and sent, beside the same letters handed to the same server by the library alone.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Stopwatch;

use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use uurwerk::outbox;
use uurwerk::usecases::{Stamp, inbound};

use super::support::{ADMIN, Desk, incident, quick};
use super::{CLIENTS, line, per_second, share};

/// A mail server that takes whatever comes.
fn sink() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || takes(&stream));
        }
    });
    port
}

fn takes(mut stream: &TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    stream.write_all(b"220 hier\r\n").ok()?;
    while let Some(Ok(line)) = lines.next() {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "DATA" => {
                stream.write_all(b"354 ga door\r\n").ok()?;
                while lines.next()?.ok()? != "." {}
                b"250 ok\r\n"
            }
            "QUIT" => b"221 dag\r\n",
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).ok()?;
    }
    Some(())
}

/// A mail of somebody of the client, with an id of its own.
fn letter(from: &str) -> Vec<u8> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let at = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(
        "From: {from}@ipo.example\r\nTo: servicedesk@uurwerk.example\r\nSubject: Mail hapert\r\nMessage-ID: <{at}@ipo.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nNiemand ontvangt mail.\r\n"
    )
    .into_bytes()
}

pub async fn mail(on_postgres: bool) {
    let port = sink();
    let desk = Desk::open_sending_to(on_postgres, port).await;
    let body = incident();
    desk.asks("/v1/tickets", Some(&body)).await;
    let stamp = Stamp::system(desk.app.time.now());
    let by_door = async || {
        let request = desk.client.post(format!("{}/v1/inbound-messages?mailbox=servicedesk", desk.url)).bearer_auth(ADMIN);
        let answer = request.header("content-type", "application/octet-stream").body(letter("anna")).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    };
    let mut figures = [[0.0; 3]; 3];
    for (at, clients) in CLIENTS.into_iter().enumerate() {
        let taken =
            async || drop(inbound::receive(&desk.app, &stamp, "servicedesk", letter("anna").into(), None).await.expect("it is taken in"));
        figures[0][at] = per_second(clients, async || drop(desk.asks("/v1/tickets", Some(&body)).await)).await;
        figures[1][at] = per_second(clients, taken).await;
        figures[2][at] = per_second(clients, by_door).await;
    }
    let [created, taken, by_door] = figures;
    line("tickets made a second: HTTP", created, 0);
    line("mails taken in a second: the use case", taken, 0);
    line("  HTTP", by_door, 0);
    line("  HTTP, of tickets made", share(by_door, created), 2);
    desk.close().await;

    // One worker sends, so there is one figure.
    let desk = Desk::open_sending_to(on_postgres, port).await;
    let letters = if quick() { 50 } else { 1000 };
    for at in 0..letters {
        // Nobody gets so many that some are withheld.
        inbound::receive(&desk.app, &stamp, "servicedesk", letter(&format!("medewerker{at}")).into(), None).await.expect("it is taken in");
    }
    while outbox::number(&desk.app).await.expect("numbers") + outbox::handle(&desk.app).await.expect("handlers") > 0 {}
    let (begun, mut sent) = (Stopwatch::now(), 0);
    loop {
        match outbox::send_due(&desk.app).await.expect("mails") {
            0 => break,
            more => sent += more,
        }
    }
    let count = f64::from(u32::try_from(sent).expect("a few"));
    let by_desk = count / begun.elapsed().as_secs_f64();
    let bare = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).pool_config(PoolConfig::new()).build();
    let from = "servicedesk@uurwerk.example".parse().expect("an address");
    let message = Message::builder().from(from).to("anna@ipo.example".parse().expect("an address")).subject("Ontvangen: Mail hapert");
    let message = Arc::new(message.body("Wij hebben uw bericht ontvangen.\n".repeat(12)).expect("a mail"));
    let begun = Stopwatch::now();
    for _ in 0..sent {
        bare.send(Message::clone(&message)).await.expect("it is sent");
    }
    let by_library = count / begun.elapsed().as_secs_f64();
    println!("{:<44}{by_library:>11.0}", "mails sent a second: the library alone");
    println!("{:<44}{by_desk:>11.0}{:>11.2}", "  the desk, of the library alone", by_desk / by_library);
    desk.close().await;
}
