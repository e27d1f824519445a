# Each leave has a name: what is said of an earlier one is no news of this one, and a question asked twice is one question.

> 09:00:00 _admin user.register {"name":"alice"}
  {"command":1,"accepted":true,"user":"alice","im":"100001"}
    {"user.registered":{"user":"alice","im":"100001","details":{}}}
> 09:00:01 alice message.send {"to":["+447700900123"],"text":"on my way"}
  {"command":2,"accepted":true,"message":"m2"}
    {"message.accepted":{"message":"m2","from":"alice","to":["+447700900123"],"text":"on my way","route":"auto"}}
    {"delivery.routed":{"message":"m2","to":"+447700900123","channel":"sms","because":"not_registered"}}
> 09:00:02 _sms sms.attempt {"deliveries":[{"message":"m2","to":"+447700900123"}],"leave":7}
  {"command":3,"accepted":true}
    {"sms.attempted":{"message":"m2","to":"+447700900123","phone":"+447700900123","from":"100001","leave":7}}
> 09:00:03 _sms sms.attempt {"deliveries":[{"message":"m2","to":"+447700900123"}],"leave":7}
  {"command":4,"accepted":true}
    {"sms.attempted":{"message":"m2","to":"+447700900123","phone":"+447700900123","from":"100001","leave":7}}

# The bridge has died before it wrote a single octet. Its successor says so, twice: the second time it is known.
> 09:00:04 _sms sms.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"why":"not_sent"}}]}
  {"command":5,"accepted":true}
    {"sms.deferred":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"why":"not_sent"}}
> 09:00:05 _sms sms.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"why":"not_sent"}}]}
  {"command":6,"accepted":true}
> 09:00:06 _sms sms.attempt {"deliveries":[{"message":"m2","to":"+447700900123"}],"leave":8}
  {"command":7,"accepted":true}
    {"sms.attempted":{"message":"m2","to":"+447700900123","phone":"+447700900123","from":"100001","leave":8}}

# A third copy comes while the next attempt is on the wire: it does not make room for one more.
> 09:00:07 _sms sms.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"why":"not_sent"}},{"unknown":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"why":"bridge_lost"}},{"failed":{"attempt":{"message":"m2","to":"+447700900123","leave":7},"reason":"smsc_0x0000000b"}}]}
  {"command":8,"accepted":true}

# Another bridge asks: nobody knows. What the first one hears after all counts.
> 09:00:08 _sms sms.attempt {"deliveries":[{"message":"m2","to":"+447700900123"}],"leave":90}
  {"command":9,"accepted":true}
    {"sms.unknown":{"attempt":{"message":"m2","to":"+447700900123"},"why":"bridge_lost"}}
> 09:00:09 _sms sms.report {"reports":[{"deferred":{"attempt":{"message":"m2","to":"+447700900123","leave":8},"why":"not_sent"}}]}
  {"command":10,"accepted":true}
> 09:00:10 _sms sms.report {"reports":[{"accepted":{"attempt":{"message":"m2","to":"+447700900123","connector":"main","ids":["7f"],"leave":8},"receipts":true}}]}
  {"command":11,"accepted":true}
    {"sms.accepted":{"attempt":{"message":"m2","to":"+447700900123","connector":"main","ids":["7f"],"leave":8},"receipts":true}}
