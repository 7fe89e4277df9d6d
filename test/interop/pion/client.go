package main

import (
	"net"

	"github.com/pion/dtls/v3"
)

type client struct{ connection *dtls.Conn }

// dial does the handshakes asked for and keeps the last one's connection. None at all is what a benchmark compares with.
func dial(address *net.UDPAddr, options Options) (Peer, error) {
	if err := options.load(); err != nil {
		return nil, err
	}
	settings := clientSettings(&options)
	if options.Handshakes == 0 {
		return nil, nil
	}
	for done := 1; ; done++ {
		connection, err := dtls.DialWithOptions("udp", address, settings...)
		if err != nil {
			return nil, err
		}
		if err := connection.Handshake(); err != nil {
			return nil, err
		}
		if done < options.Handshakes {
			_ = connection.Close()
			continue
		}
		connected(connection)
		go receive(connection, nil)
		return client{connection}, nil
	}
}

func clientSettings(options *Options) []dtls.ClientOption {
	settings := []dtls.ClientOption{}
	for _, setting := range options.shared() {
		settings = append(settings, setting)
	}
	if options.certificateIssuer != nil {
		settings = append(settings, dtls.WithRootCAs(options.certificateIssuer))
	}
	return append(settings, dtls.WithServerName(options.Name))
}

func (c client) Send(record []byte) error {
	_, err := c.connection.Write(record)
	return err
}

func (c client) Close() { _ = c.connection.Close() }
