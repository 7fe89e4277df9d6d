package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"

	"github.com/pion/dtls/v3"
	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/mux"
)

// clientOf is the certificate that the client of this session has shown.
func clientOf(connection mux.Conn) (*x509.Certificate, error) {
	secured, ok := connection.NetConn().(*dtls.Conn)
	if !ok {
		return nil, errors.New("not a DTLS session")
	}
	state, ok := secured.ConnectionState()
	if !ok || len(state.PeerCertificates) == 0 {
		return nil, errors.New("no client certificate")
	}
	return x509.ParseCertificate(state.PeerCertificates[0])
}

func refuse(w mux.ResponseWriter, code codes.Code, text string) {
	_ = w.SetResponse(code, message.TextPlain, bytes.NewReader([]byte(text)))
}

// sum tells requests apart in a report.
func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:8])
}
