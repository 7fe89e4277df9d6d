package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/elliptic"
)

// Options are the command line.
type Options struct {
	Role, Host        string
	Port              int
	Suites, Curves    string
	PSK, Identity     string
	Key, Cert, CA     string
	Name              string
	RequireEMS        bool
	KeepSessions      bool
	CID               int
	MTU, Handshakes   int
	FlightInterval    time.Duration
	decodedPSK        []byte
	chosenSuites      []dtls.CipherSuiteID
	chosenCurves      []elliptic.Curve
	ownCertificate    *tls.Certificate
	certificateIssuer *x509.CertPool
	sessions          dtls.SessionStore
}

func (o *Options) register(flags *flag.FlagSet) {
	flags.StringVar(&o.Role, "role", "", "client or server")
	flags.StringVar(&o.Host, "host", "127.0.0.1", "address")
	flags.IntVar(&o.Port, "port", 0, "port; for a server 0 is a free one")
	flags.StringVar(&o.Suites, "suites", "", "cipher suites in order, by their names of the registry, separated by commas")
	flags.StringVar(&o.Curves, "curves", "", "curves of the key exchange in order: P-256, P-384, X25519, separated by commas")
	flags.StringVar(&o.PSK, "psk", "", "pre-shared key in hex")
	flags.StringVar(&o.Identity, "identity", "", "identity of the pre-shared key")
	flags.StringVar(&o.Key, "key", "", "private key (PEM)")
	flags.StringVar(&o.Cert, "cert", "", "certificate chain (PEM)")
	flags.StringVar(&o.CA, "ca", "", "issuer of the peer's certificate (PEM); a server with it requires a client certificate")
	flags.StringVar(&o.Name, "name", "localhost", "name of the server, for SNI and for its certificate")
	flags.BoolVar(&o.RequireEMS, "require-ems", false, "refuse a peer without extended master secret")
	flags.BoolVar(&o.KeepSessions, "keep-sessions", false, "resume sessions, in memory")
	flags.IntVar(&o.CID, "cid", -1, "length of the connection ID that it wants; 0: none, but it sends the peer's")
	flags.IntVar(&o.MTU, "mtu", 1200, "largest datagram")
	flags.IntVar(&o.Handshakes, "handshakes", 1, "client: other than 1: this many handshakes one after the other, then end")
	flags.DurationVar(&o.FlightInterval, "flight-interval", time.Second, "first retransmission")
}

// load reads the files and names of the command line.
func (o *Options) load() error {
	var err error
	if o.decodedPSK, err = hex.DecodeString(o.PSK); err != nil {
		return fmt.Errorf("-psk: %w", err)
	}
	if o.chosenSuites, err = suites(o.Suites); err != nil {
		return err
	}
	if o.chosenCurves, err = curves(o.Curves); err != nil {
		return err
	}
	if o.KeepSessions {
		o.sessions = &sessionStore{kept: map[string]dtls.Session{}}
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return err
		}
		o.ownCertificate = &pair
	}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return err
		}
		o.certificateIssuer = x509.NewCertPool()
		if !o.certificateIssuer.AppendCertsFromPEM(pem) {
			return errors.New("-ca: no certificate in it")
		}
	}
	return nil
}

// shared are the settings of both roles.
func (o *Options) shared() []dtls.Option {
	settings := []dtls.Option{
		dtls.WithMTU(o.MTU),
		dtls.WithFlightInterval(o.FlightInterval),
	}
	if len(o.chosenSuites) > 0 {
		settings = append(settings, dtls.WithCipherSuites(o.chosenSuites...))
	}
	if len(o.chosenCurves) > 0 {
		settings = append(settings, dtls.WithEllipticCurves(o.chosenCurves...))
	}
	if o.RequireEMS {
		settings = append(settings, dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret))
	}
	if o.sessions != nil {
		settings = append(settings, dtls.WithSessionStore(o.sessions))
	}
	switch {
	case o.CID == 0:
		settings = append(settings, dtls.WithConnectionIDGenerator(dtls.OnlySendCIDGenerator()))
	case o.CID > 0:
		settings = append(settings, dtls.WithConnectionIDGenerator(dtls.RandomCIDGenerator(o.CID)))
	}
	if o.ownCertificate != nil {
		settings = append(settings, dtls.WithCertificates(*o.ownCertificate))
	}
	if len(o.decodedPSK) > 0 {
		settings = append(settings, dtls.WithPSK(o.preSharedKey), dtls.WithPSKIdentityHint([]byte(o.Identity)))
	}
	return settings
}

// preSharedKey is asked with the client's identity in a server, with the server's hint in a client.
func (o *Options) preSharedKey(identity []byte) ([]byte, error) {
	if o.Role == "server" && string(identity) != o.Identity {
		return nil, fmt.Errorf("unknown identity %q", identity)
	}
	return o.decodedPSK, nil
}

func suites(names string) ([]dtls.CipherSuiteID, error) {
	known := map[string]dtls.CipherSuiteID{}
	for _, suite := range []dtls.CipherSuiteID{
		dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
		dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
		dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		dtls.TLS_PSK_WITH_AES_128_CCM_8,
		dtls.TLS_PSK_WITH_AES_128_CCM,
		dtls.TLS_PSK_WITH_AES_128_GCM_SHA256,
	} {
		known[suite.String()] = suite
	}
	return choose("-suites", names, known)
}

func curves(names string) ([]elliptic.Curve, error) {
	known := map[string]elliptic.Curve{"P-256": elliptic.P256, "P-384": elliptic.P384, "X25519": elliptic.X25519}
	return choose("-curves", names, known)
}

func choose[T any](flag, names string, known map[string]T) ([]T, error) {
	var chosen []T
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' }) {
		one, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("%s: %s is not among those that this program offers", flag, name)
		}
		chosen = append(chosen, one)
	}
	return chosen, nil
}
