package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// statusError is an answer that is no acknowledgement.
type statusError struct {
	status     int
	retryAfter time.Duration // what the receiver asked for; 0 where it did not
}

func (e *statusError) Error() string { return "status " + strconv.Itoa(e.status) }

// envelope is the body of a webhook request.
type envelope struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// post sends one delivery as the Standard Webhooks specification has it
// (headers Webhook-Id, Webhook-Timestamp, Webhook-Signature). Only an answer
// 2xx is an acknowledgement.
func (d *Deliverer) post(ctx context.Context, row Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	body, err := json.Marshal(envelope{row.ID.String(), row.Type, row.At.UTC(), row.Data})
	if err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	u, err := url.Parse(row.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return errBadURL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return errBadURL
	}
	stamp := strconv.FormatInt(d.cfg.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "gridpatrol-webhook/1")
	req.Header.Set("Webhook-Id", row.ID.String())
	req.Header.Set("Webhook-Timestamp", stamp)
	if len(row.Secret) > 0 {
		req.Header.Set("Webhook-Signature", Sign(row.Secret, row.ID.String(), stamp, body))
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close() // what it says does not matter
	if resp.StatusCode/100 != 2 {
		return &statusError{resp.StatusCode, retryAfter(resp.Header, d.cfg.Now())}
	}
	return nil
}

var errBadURL = errors.New("the destination's URL is not one of http or https")

// Sign gives the Webhook-Signature of a request: "v1," and the base64 of
// HMAC-SHA256 over "id.timestamp.body" (Standard Webhooks, "Symmetric").
// timestamp is in seconds since 1970, in decimal.
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// newClient makes a client that reaches public addresses only, uses no proxy
// (its own lookups would get round the dialer's check), and follows at most
// three redirects that keep method and body and do not give up TLS.
func newClient(timeout time.Duration, allow []netip.Prefix) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: timeout, Control: PublicOnly(allow)}).DialContext,
			TLSHandshakeTimeout:    timeout,
			MaxResponseHeaderBytes: 64 << 10,
			// A connection for each request: on one that is used again, a
			// receiver that answers twice acknowledges what it never got.
			DisableKeepAlives: true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			code := req.Response.StatusCode
			if code != http.StatusTemporaryRedirect && code != http.StatusPermanentRedirect {
				return http.ErrUseLastResponse
			}
			if len(via) > 3 || (via[0].URL.Scheme == "https" && req.URL.Scheme != "https") {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// retryIn is 1 s·2ⁿ⁻¹ for attempt n, at most 10 minutes, with up to half of
// it taken off at random; or what the receiver asked for where that is more.
func retryIn(attempt int, err error, random func() float64) time.Duration {
	d := maxRest
	if attempt <= 10 {
		d = min(time.Second<<max(attempt-1, 0), maxRest)
	}
	d -= time.Duration(random() * float64(d) / 2)
	var s *statusError
	if errors.As(err, &s) {
		d = max(d, min(s.retryAfter, maxRest))
	}
	return d
}

// retryAfter reads the Retry-After header (RFC 9110 §10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if secs, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(secs) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// cause says what went wrong without the URL, which may hold a secret.
func cause(err error) string {
	var s *statusError
	var refused *AddressError
	switch {
	case errors.As(err, &s):
		return s.Error()
	case errors.As(err, &refused):
		return "address refused"
	case errors.Is(err, errBadURL):
		return errBadURL.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "name not found"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return "cannot connect"
	}
	return "connection failed"
}

func defaultRand() float64 { return rand.Float64() }
