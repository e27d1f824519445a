// A producer and a recipient in Go that know Homing by its public contract only: peer NATS_URL
package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
)

const wait = 10 * time.Second

// An outcome of a command; refused ones have a code and a text.
type outcome struct {
	Command  uint64 `json:"command"`
	Accepted bool   `json:"accepted"`
	Message  string `json:"message"`
	Code     string `json:"code"`
	Text     string `json:"text"`
}

// A message as it is shown everywhere.
type shown struct {
	Message string `json:"message"`
	From    string `json:"from"`
	To      string `json:"to"`
	Text    string `json:"text"`
	At      string `json:"at"`
	State   string `json:"state"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: peer NATS_URL")
		os.Exit(2)
	}
	if err := story(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func story(url string) error {
	suffix := make([]byte, 4)
	if _, err := rand.Read(suffix); err != nil {
		return err
	}
	alice, bob := "alice-"+hex.EncodeToString(suffix), "bob-"+hex.EncodeToString(suffix)

	nc, err := nats.Connect(url, nats.Timeout(wait), nats.NoReconnect())
	if err != nil {
		return err
	}
	defer nc.Close()
	live, err := nc.SubscribeSync("homing.to." + bob + ".*")
	if err != nil {
		return err
	}
	// Subscribed for certain before anything is sent.
	if err := nc.FlushTimeout(wait); err != nil {
		return err
	}

	if _, err := command(nc, "_admin", "user.register", map[string]any{"name": alice}); err != nil {
		return err
	}
	if _, err := command(nc, "_admin", "user.register", map[string]any{"name": bob}); err != nil {
		return err
	}
	if _, err := command(nc, bob, "presence.online", map[string]any{"device": "desk", "class": "pc"}); err != nil {
		return err
	}
	text := "hello from Go 你好"
	sent, err := command(nc, alice, "message.send", map[string]any{"to": []string{bob}, "text": text})
	if err != nil {
		return err
	}
	if err := receive(live, shown{Message: sent.Message, From: alice, To: bob, Text: text}); err != nil {
		return err
	}
	_, err = command(nc, bob, "message.received", map[string]any{"message": sent.Message})
	return err
}

// Publishes a command to the stream and waits for the outcome that has its number.
func command(nc *nats.Conn, user, verb string, fields map[string]any) (outcome, error) {
	var told outcome
	outcomes, err := nc.SubscribeSync("homing.outcome." + user + ".*")
	if err != nil {
		return told, err
	}
	defer outcomes.Unsubscribe()
	js, err := nc.JetStream(nats.MaxWait(wait))
	if err != nil {
		return told, err
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		return told, err
	}
	ack, err := js.Publish("homing.cmd."+user+"."+verb, payload)
	if err != nil {
		return told, fmt.Errorf("%s: %w", verb, err)
	}
	for told.Command != ack.Sequence {
		message, err := outcomes.NextMsg(wait)
		if err != nil {
			return told, fmt.Errorf("outcome of %s: %w", verb, err)
		}
		if err := json.Unmarshal(message.Data, &told); err != nil {
			return told, fmt.Errorf("outcome of %s: %w", verb, err)
		}
	}
	if !told.Accepted {
		return told, fmt.Errorf("%s of %s was refused: %s: %s", verb, user, told.Code, told.Text)
	}
	fmt.Println("ok:", user, verb)
	return told, nil
}

func receive(live *nats.Subscription, want shown) error {
	message, err := live.NextMsg(wait)
	if err != nil {
		return fmt.Errorf("live message: %w", err)
	}
	var got shown
	if err := json.Unmarshal(message.Data, &got); err != nil {
		return fmt.Errorf("live message: %w", err)
	}
	if got.At == "" || got.State == "" {
		return errors.New("the live message lacks its time or state")
	}
	got.At, got.State = "", ""
	if got != want {
		return fmt.Errorf("the live message is %+v, not %+v", got, want)
	}
	fmt.Println("ok:", want.To, "received", want.Message, "live")
	return nil
}
