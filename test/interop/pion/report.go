package main

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"sync"

	"github.com/pion/dtls/v3"
)

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

func fail(err error) { say(map[string]any{"event": "failed", "message": err.Error()}) }

func connected(connection *dtls.Conn) {
	event := map[string]any{"event": "connected"}
	if state, ok := connection.ConnectionState(); ok {
		event["suite"] = state.CipherSuiteID.String()
		event["peer"] = peerName(state)
	}
	say(event)
}

// peerName is the subject of the peer's certificate, or the identity of its pre-shared key.
func peerName(state dtls.State) string {
	if len(state.PeerCertificates) == 0 {
		return string(state.IdentityHint)
	}
	certificate, err := x509.ParseCertificate(state.PeerCertificates[0])
	if err != nil {
		return err.Error()
	}
	return certificate.Subject.String()
}

// receive reports each record until the connection closes, and writes it to echo when there is one.
func receive(connection *dtls.Conn, echo io.Writer) {
	buffer := make([]byte, 1<<16)
	for {
		length, err := connection.Read(buffer)
		if err != nil {
			say(map[string]any{"event": "closed", "message": err.Error()})
			return
		}
		say(map[string]any{"event": "data", "hex": hex.EncodeToString(buffer[:length])})
		if echo != nil {
			_, _ = echo.Write(buffer[:length])
		}
	}
}
