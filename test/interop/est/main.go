// Command est-server is an EST server over CoAPS (RFC 9148) on go-coap and pion, with crypto/x509 for a CA, to be driven
// by a test. Clients must show a certificate of the CA. It says what happens as lines of JSON on standard output, and
// ends when standard input does.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"sync"

	coapdtls "github.com/plgd-dev/go-coap/v3/dtls"
	coapnet "github.com/plgd-dev/go-coap/v3/net"
	"github.com/plgd-dev/go-coap/v3/options"
)

func main() {
	var o Options
	o.register(flag.CommandLine)
	flag.Parse()
	if err := run(o); err != nil {
		say(map[string]any{"event": "failed", "message": err.Error()})
		os.Exit(1)
	}
}

func run(o Options) error {
	authority, err := loadAuthority(o.CA, o.CAKey, o.Lifetime)
	if err != nil {
		return err
	}
	settings, err := o.dtls(authority.certificate)
	if err != nil {
		return err
	}
	listener, err := coapnet.NewDTLSListener("udp", "127.0.0.1:0", settings)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	router, err := (&functions{authority: authority, options: o, seen: map[[32]byte]bool{}}).router()
	if err != nil {
		return err
	}
	server := coapdtls.NewServer(options.WithMux(router), options.WithErrors(func(err error) { fmt.Fprintln(os.Stderr, err) }))
	go func() { _ = server.Serve(listener) }()
	say(map[string]any{"event": "listening", "port": listener.Addr().(*net.UDPAddr).Port})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
	}
	server.Stop()
	return nil
}

var output sync.Mutex

// say writes one line of JSON.
func say(event map[string]any) {
	line, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	_, _ = os.Stdout.Write(append(line, '\n'))
}
