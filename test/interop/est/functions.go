package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"sync"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/mux"
	"github.com/smallstep/pkcs7"
)

const (
	certsOnly message.MediaType = 281
	pkcs10    message.MediaType = 286
)

// functions are those of RFC 9148 section 4.
type functions struct {
	authority *authority
	options   Options
	mutex     sync.Mutex
	seen      map[[32]byte]bool
}

func (f *functions) router() (*mux.Router, error) {
	router := mux.NewRouter()
	handlers := map[string]mux.HandlerFunc{
		"/crts": f.caCertificates,
		"/sen":  func(w mux.ResponseWriter, r *mux.Message) { f.enrol(w, r, false) },
		"/sren": func(w mux.ResponseWriter, r *mux.Message) { f.enrol(w, r, true) },
	}
	for name, handler := range handlers {
		if err := router.Handle(f.options.Root+name, handler); err != nil {
			return nil, err
		}
	}
	return router, nil
}

func (f *functions) caCertificates(w mux.ResponseWriter, r *mux.Message) {
	if r.Code() != codes.GET {
		refuse(w, codes.MethodNotAllowed, "GET")
		return
	}
	body, err := pkcs7.DegenerateCertificate(f.authority.certificate.Raw)
	if err != nil {
		refuse(w, codes.InternalServerError, err.Error())
		return
	}
	_ = w.SetResponse(codes.Content, certsOnly, bytes.NewReader(body))
}

func (f *functions) enrol(w mux.ResponseWriter, r *mux.Message, again bool) {
	if format, err := r.ContentFormat(); r.Code() != codes.POST || err != nil || format != pkcs10 {
		refuse(w, codes.UnsupportedMediaType, "POST of PKCS #10 expected")
		return
	}
	body, err := io.ReadAll(r.Body())
	if err != nil {
		refuse(w, codes.BadRequest, err.Error())
		return
	}
	request, err := x509.ParseCertificateRequest(body)
	if err == nil {
		err = request.CheckSignature()
	}
	if err != nil {
		refuse(w, codes.BadRequest, err.Error())
		return
	}
	client, err := clientOf(w.Conn())
	if err != nil {
		refuse(w, codes.Unauthorized, err.Error())
		return
	}
	if again && !bytes.Equal(client.RawSubject, request.RawSubject) {
		refuse(w, codes.Forbidden, "another subject than "+client.Subject.String())
		return
	}
	if f.options.Delay > 0 && f.isNew(body) {
		say(map[string]any{"event": "delayed", "request": sum(body)})
		w.Message().SetOptionUint32(message.MaxAge, uint32(f.options.Delay))
		w.Message().SetCode(codes.ServiceUnavailable)
		return
	}
	f.issue(w, request, body, again)
}

func (f *functions) issue(w mux.ResponseWriter, request *x509.CertificateRequest, body []byte, again bool) {
	certificate, err := f.authority.issue(request)
	if err != nil {
		refuse(w, codes.BadRequest, err.Error())
		return
	}
	answer, err := pkcs7.DegenerateCertificate(certificate)
	if err != nil {
		refuse(w, codes.InternalServerError, err.Error())
		return
	}
	say(map[string]any{"event": "issued", "again": again, "subject": request.Subject.String(), "request": sum(body)})
	_ = w.SetResponse(codes.Changed, certsOnly, bytes.NewReader(answer))
}

func (f *functions) isNew(request []byte) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	digest := sha256.Sum256(request)
	known := f.seen[digest]
	f.seen[digest] = true
	return !known
}
