package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"time"

	"github.com/pion/dtls/v3"
)

// Options are the command line.
type Options struct {
	Key, Cert string
	CAKey, CA string
	Root      string
	Delay     int
	Lifetime  time.Duration
}

func (o *Options) register(flags *flag.FlagSet) {
	flags.StringVar(&o.Key, "key", "", "the server's private key (PEM)")
	flags.StringVar(&o.Cert, "cert", "", "the server's certificate (PEM)")
	flags.StringVar(&o.CAKey, "ca-key", "", "the CA's private key (PEM)")
	flags.StringVar(&o.CA, "ca", "", "the CA's certificate (PEM)")
	flags.StringVar(&o.Root, "root", "/.well-known/est", "where the functions are")
	flags.IntVar(&o.Delay, "delay", 0, "answer each new request with 5.03 first, to be sent again after so many seconds")
	flags.DurationVar(&o.Lifetime, "lifetime", 24*time.Hour, "of an issued certificate")
}

// dtls are the settings of the listener: clients must show a certificate of the CA.
func (o *Options) dtls(ca *x509.Certificate) (*dtls.Config, error) {
	pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca)
	return &dtls.Config{
		Certificates:         []tls.Certificate{pair},
		CipherSuites:         []dtls.CipherSuiteID{dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8},
		ClientAuth:           dtls.RequireAndVerifyClientCert,
		ClientCAs:            clients,
		ExtendedMasterSecret: dtls.RequireExtendedMasterSecret,
	}, nil
}
