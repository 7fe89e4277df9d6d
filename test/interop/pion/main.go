// Command dtls-peer is one DTLS 1.2 peer on pion, to be driven by a test. It says what happens as lines of JSON on
// standard output, sends each line of standard input (hex) as a record to its last peer, and ends when standard input
// does. A server sends back what it gets.
package main

import (
	"bufio"
	"encoding/hex"
	"flag"
	"fmt"
	"net"
	"os"
)

func main() {
	var options Options
	options.register(flag.CommandLine)
	flag.Parse()
	peer, err := start(options)
	if err != nil {
		fail(err)
		os.Exit(1)
	}
	if options.Handshakes != 1 {
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		record, err := hex.DecodeString(lines.Text())
		if err == nil {
			err = peer.Send(record)
		}
		if err != nil {
			fail(err)
		}
	}
	peer.Close()
}

// Peer is either end: what the lines of standard input go to.
type Peer interface {
	Send(record []byte) error
	Close()
}

func start(options Options) (Peer, error) {
	address := &net.UDPAddr{IP: net.ParseIP(options.Host), Port: options.Port}
	switch options.Role {
	case "server":
		return listen(address, options)
	case "client":
		return dial(address, options)
	default:
		return nil, fmt.Errorf("-role is client or server, not %q", options.Role)
	}
}
