// The oracle of the codec: go-cty, which Terraform itself uses. It reads one question a line (a type and msgpack bytes) and
// answers what go-cty makes of them: the same value encoded again, or why it cannot be decoded.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

type question struct {
	Type    json.RawMessage `json:"type"`
	Msgpack string          `json:"msgpack"`
}

type answer struct {
	// The value as go-cty encodes it.
	Msgpack string `json:"msgpack,omitempty"`
	// The value as a state would store it; absent while a part of it is unknown.
	JSON  string `json:"json,omitempty"`
	Error string `json:"error,omitempty"`
}

func ask(line []byte) answer {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return answer{Error: err.Error()}
	}
	ty, err := ctyjson.UnmarshalType(q.Type)
	if err != nil {
		return answer{Error: err.Error()}
	}
	bytes, err := hex.DecodeString(q.Msgpack)
	if err != nil {
		return answer{Error: err.Error()}
	}
	value, err := msgpack.Unmarshal(bytes, ty)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return encoded(value, ty)
}

func encoded(value cty.Value, ty cty.Type) answer {
	again, err := msgpack.Marshal(value, ty)
	if err != nil {
		return answer{Error: err.Error()}
	}
	result := answer{Msgpack: hex.EncodeToString(again)}
	if value.IsWhollyKnown() {
		stored, err := ctyjson.Marshal(value, ty)
		if err != nil {
			return answer{Error: err.Error()}
		}
		result.JSON = string(stored)
	}
	return result
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), 1<<28)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(ask(lines.Bytes())); err != nil {
			panic(err)
		}
	}
}
