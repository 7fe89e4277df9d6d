package main

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"time"
)

type authority struct {
	certificate *x509.Certificate
	key         crypto.PrivateKey
	lifetime    time.Duration
}

func loadAuthority(certificate, key string, lifetime time.Duration) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, err
	}
	return &authority{certificate: parsed, key: pair.PrivateKey, lifetime: lifetime}, nil
}

// issue signs what a request asks for: its subject and alternative names, with usages of our own.
func (a *authority) issue(request *x509.CertificateRequest) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		RawSubject:            request.RawSubject,
		NotBefore:             time.Now().Add(-time.Minute),
		NotAfter:              time.Now().Add(a.lifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              request.DNSNames,
		URIs:                  request.URIs,
	}
	return x509.CreateCertificate(rand.Reader, template, a.certificate, request.PublicKey, a.key)
}
