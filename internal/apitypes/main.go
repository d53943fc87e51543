// Command apitypes writes the OpenAPI document of the HTTP API to standard output:
// what the types of the web page are generated from.
package main

import (
	"log"
	"os"

	"github.com/gridpatrol/gridpatrol/api/openapi"
)

func main() {
	text, err := openapi.Document()
	if err == nil {
		_, err = os.Stdout.Write(text)
	}
	if err != nil {
		log.Fatal(err)
	}
}
