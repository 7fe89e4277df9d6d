package main

import (
	"errors"
	"net"
	"sync"

	"github.com/pion/dtls/v3"
)

type server struct {
	listener net.Listener
	mutex    sync.Mutex
	last     net.Conn
}

func listen(address *net.UDPAddr, options Options) (Peer, error) {
	if err := options.load(); err != nil {
		return nil, err
	}
	listener, err := dtls.ListenWithOptions("udp", address, serverSettings(&options)...)
	if err != nil {
		return nil, err
	}
	s := &server{listener: listener}
	go s.accept()
	say(map[string]any{"event": "listening", "port": listener.Addr().(*net.UDPAddr).Port})
	return s, nil
}

func serverSettings(options *Options) []dtls.ServerOption {
	settings := []dtls.ServerOption{}
	for _, setting := range options.shared() {
		settings = append(settings, setting)
	}
	if options.certificateIssuer != nil {
		settings = append(settings, dtls.WithClientCAs(options.certificateIssuer), dtls.WithClientAuth(dtls.RequireAndVerifyClientCert))
	}
	return settings
}

func (s *server) accept() {
	for {
		accepted, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			fail(err)
			continue
		}
		go s.serve(accepted.(*dtls.Conn))
	}
}

func (s *server) serve(connection *dtls.Conn) {
	if err := connection.Handshake(); err != nil {
		fail(err)
		return
	}
	s.mutex.Lock()
	s.last = connection
	s.mutex.Unlock()
	connected(connection)
	receive(connection, connection)
}

func (s *server) Send(record []byte) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.last == nil {
		return errors.New("no peer yet")
	}
	_, err := s.last.Write(record)
	return err
}

// Close says close_notify to the last peer first.
func (s *server) Close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.last != nil {
		_ = s.last.Close()
	}
	_ = s.listener.Close()
}
