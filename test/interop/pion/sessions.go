package main

import (
	"sync"

	"github.com/pion/dtls/v3"
)

// sessionStore keeps sessions for resumption: a server's by their ids, a client's by the server's address and name.
type sessionStore struct {
	mutex sync.Mutex
	kept  map[string]dtls.Session
}

func (s *sessionStore) Set(key []byte, session dtls.Session) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.kept[string(key)] = session
	return nil
}

func (s *sessionStore) Get(key []byte) (dtls.Session, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.kept[string(key)], nil
}

func (s *sessionStore) Del(key []byte) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.kept, string(key))
	return nil
}
