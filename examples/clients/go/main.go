// Runs one SQL statement on a Litmus daemon and prints the rows, tab-separated.
// The token comes by the environment, so that no list of processes shows it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: LITMUS_TOKEN=... go run . grpc://HOST:PORT SQL")
	}
	if err := query(os.Args[1], os.Getenv("LITMUS_TOKEN"), os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func query(location, token, sql string) error {
	address := strings.TrimPrefix(location, "grpc://")
	plain := grpc.WithTransportCredentials(insecure.NewCredentials())
	client, err := flight.NewClientWithMiddleware(address, nil, nil, plain)
	if err != nil {
		return err
	}
	defer client.Close()

	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+token)
	stream, err := client.DoGet(ctx, &flight.Ticket{Ticket: []byte(sql)})
	if err != nil {
		return err
	}
	reader, err := flight.NewRecordReader(stream)
	if err != nil {
		return err
	}
	defer reader.Release()

	for reader.Next() {
		batch := reader.RecordBatch()
		for row := 0; row < int(batch.NumRows()); row++ {
			values := make([]string, batch.NumCols())
			for i, column := range batch.Columns() {
				values[i] = column.ValueStr(row)
			}
			fmt.Println(strings.Join(values, "\t"))
		}
	}
	return reader.Err()
}
