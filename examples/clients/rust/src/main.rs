//! Runs one SQL statement on a Litmus daemon and prints the rows, tab-separated.
//! The token comes by the environment, so that no list of processes shows it.
use std::{env, error::Error, process::exit};

use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_flight::{FlightClient, Ticket};
use futures::TryStreamExt;
use tonic::transport::Endpoint;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [location, sql] = arguments.as_slice() else {
        eprintln!("usage: LITMUS_TOKEN=... cargo run -- grpc://HOST:PORT SQL");
        exit(2);
    };
    let address = location.replacen("grpc://", "http://", 1);
    let channel = Endpoint::from_shared(address)?.connect().await?;
    let mut client = FlightClient::new(channel);
    let token = env::var("LITMUS_TOKEN").unwrap_or_default();
    client.add_header("authorization", &format!("Bearer {token}"))?;

    let mut batches = client.do_get(Ticket::new(sql.clone())).await?;
    let options = FormatOptions::default();
    while let Some(batch) = batches.try_next().await? {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let values: Vec<String> = columns.iter().map(|c| c.value(row).to_string()).collect();
            println!("{}", values.join("\t"));
        }
    }
    Ok(())
}
