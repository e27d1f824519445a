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

# Nobody knows of the first attempt, and the SMSC takes the second: a late refusal of the first fails nothing.
> 09:01:00 alice message.send {"to":["+447700900124"],"text":"on my way"}
  {"command":12,"accepted":true,"message":"m12"}
    {"message.accepted":{"message":"m12","from":"alice","to":["+447700900124"],"text":"on my way","route":"auto"}}
    {"delivery.routed":{"message":"m12","to":"+447700900124","channel":"sms","because":"not_registered"}}
> 09:01:01 _sms sms.attempt {"deliveries":[{"message":"m12","to":"+447700900124"}],"leave":7}
  {"command":13,"accepted":true}
    {"sms.attempted":{"message":"m12","to":"+447700900124","phone":"+447700900124","from":"100001","leave":7}}
> 09:01:02 _sms sms.report {"reports":[{"unknown":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","leave":7},"why":"disconnected"}}]}
  {"command":14,"accepted":true}
    {"sms.unknown":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","leave":7},"why":"disconnected"}}
> 09:01:03 _sms sms.attempt {"deliveries":[{"message":"m12","to":"+447700900124","again":true}],"leave":8}
  {"command":15,"accepted":true}
    {"sms.attempted":{"message":"m12","to":"+447700900124","phone":"+447700900124","from":"100001","leave":8}}
> 09:01:04 _sms sms.report {"reports":[{"accepted":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","ids":["80"],"leave":8},"receipts":true}}]}
  {"command":16,"accepted":true}
    {"sms.accepted":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","ids":["80"],"leave":8},"receipts":true}}
> 09:01:05 _sms sms.report {"reports":[{"failed":{"attempt":{"message":"m12","to":"+447700900124","connector":"main","leave":7},"reason":"smsc_0x0000000b"}}]}
  {"command":17,"accepted":true}
> 09:01:06 _sms sms.report {"reports":[{"receipt":{"message":"m12","to":"+447700900124","state":"delivered"}}]}
  {"command":18,"accepted":true}
    {"sms.receipt":{"message":"m12","to":"+447700900124","segment":0,"segments":1,"state":"delivered"}}
    {"delivery.delivered":{"message":"m12","to":"+447700900124"}}

# The other way round: the SMSC had taken the first, and refuses the second; told one by one, and together.
> 09:02:00 alice message.send {"to":["+447700900124","+447700900125"],"text":"on my way"}
  {"command":19,"accepted":true,"message":"m19"}
    {"message.accepted":{"message":"m19","from":"alice","to":["+447700900124","+447700900125"],"text":"on my way","route":"auto"}}
    {"delivery.routed":{"message":"m19","to":"+447700900124","channel":"sms","because":"not_registered"}}
    {"delivery.routed":{"message":"m19","to":"+447700900125","channel":"sms","because":"not_registered"}}
> 09:02:01 _sms sms.attempt {"deliveries":[{"message":"m19","to":"+447700900124"},{"message":"m19","to":"+447700900125"}],"leave":7}
  {"command":20,"accepted":true}
    {"sms.attempted":{"message":"m19","to":"+447700900124","phone":"+447700900124","from":"100001","leave":7}}
    {"sms.attempted":{"message":"m19","to":"+447700900125","phone":"+447700900125","from":"100001","leave":7}}
> 09:02:02 _sms sms.report {"reports":[{"unknown":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","leave":7},"why":"disconnected"}},{"unknown":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","leave":7},"why":"disconnected"}}]}
  {"command":21,"accepted":true}
    {"sms.unknown":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","leave":7},"why":"disconnected"}}
    {"sms.unknown":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","leave":7},"why":"disconnected"}}
> 09:02:03 _sms sms.attempt {"deliveries":[{"message":"m19","to":"+447700900124","again":true},{"message":"m19","to":"+447700900125","again":true}],"leave":8}
  {"command":22,"accepted":true}
    {"sms.attempted":{"message":"m19","to":"+447700900124","phone":"+447700900124","from":"100001","leave":8}}
    {"sms.attempted":{"message":"m19","to":"+447700900125","phone":"+447700900125","from":"100001","leave":8}}
> 09:02:04 _sms sms.report {"reports":[{"accepted":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","ids":["81"],"leave":7},"receipts":true}}]}
  {"command":23,"accepted":true}
    {"sms.accepted":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","ids":["81"],"leave":7},"receipts":true}}
> 09:02:05 _sms sms.report {"reports":[{"failed":{"attempt":{"message":"m19","to":"+447700900124","connector":"main","leave":8},"reason":"smsc_0x0000000b"}},{"accepted":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","ids":["82"],"leave":7},"receipts":true}},{"failed":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","leave":8},"reason":"smsc_0x0000000b"}}]}
  {"command":24,"accepted":true}
    {"sms.accepted":{"attempt":{"message":"m19","to":"+447700900125","connector":"main","ids":["82"],"leave":7},"receipts":true}}
> 09:02:06 _sms sms.report {"reports":[{"receipt":{"message":"m19","to":"+447700900124","state":"delivered"}},{"receipt":{"message":"m19","to":"+447700900125","state":"delivered"}}]}
  {"command":25,"accepted":true}
    {"sms.receipt":{"message":"m19","to":"+447700900124","segment":0,"segments":1,"state":"delivered"}}
    {"delivery.delivered":{"message":"m19","to":"+447700900124"}}
    {"sms.receipt":{"message":"m19","to":"+447700900125","segment":0,"segments":1,"state":"delivered"}}
    {"delivery.delivered":{"message":"m19","to":"+447700900125"}}

# Between the message and its attempt somebody is suspended, and somebody blocks alice: neither gets it, and no SMS leaves.
> 10:00:00 _admin user.register {"name":"bob","phone":"+447700900001"}
  {"command":26,"accepted":true,"user":"bob","im":"100002"}
    {"user.registered":{"user":"bob","im":"100002","details":{"phone":"+447700900001"}}}
> 10:00:01 _admin user.register {"name":"carol","phone":"+447700900002"}
  {"command":27,"accepted":true,"user":"carol","im":"100003"}
    {"user.registered":{"user":"carol","im":"100003","details":{"phone":"+447700900002"}}}
> 10:00:02 _admin user.register {"name":"dave","phone":"+447700900003"}
  {"command":28,"accepted":true,"user":"dave","im":"100004"}
    {"user.registered":{"user":"dave","im":"100004","details":{"phone":"+447700900003"}}}
> 10:00:03 alice message.send {"to":["bob","carol","dave"],"text":"are you there?"}
  {"command":29,"accepted":true,"message":"m29"}
    {"message.accepted":{"message":"m29","from":"alice","to":["bob","carol","dave"],"text":"are you there?","route":"auto"}}
    {"delivery.routed":{"message":"m29","to":"bob","channel":"sms","because":"no_device_online"}}
    {"delivery.routed":{"message":"m29","to":"carol","channel":"sms","because":"no_device_online"}}
    {"delivery.routed":{"message":"m29","to":"dave","channel":"sms","because":"no_device_online"}}
> 10:00:04 _admin user.suspend {"name":"bob"}
  {"command":30,"accepted":true}
    {"user.suspended":{"user":"bob"}}
> 10:00:05 carol contact.block {"who":"alice"}
  {"command":31,"accepted":true}
    {"contact.blocked":{"user":"carol","who":"alice"}}
> 10:00:06 _sms sms.attempt {"deliveries":[{"message":"m29","to":"bob"},{"message":"m29","to":"carol"},{"message":"m29","to":"dave"}]}
  {"command":32,"accepted":true}
    {"sms.let_go":{"message":"m29","to":"bob"}}
    {"delivery.filtered":{"message":"m29","to":"bob","reason":"suspended"}}
    {"sms.let_go":{"message":"m29","to":"carol"}}
    {"delivery.filtered":{"message":"m29","to":"carol","reason":"blocked"}}
    {"sms.attempted":{"message":"m29","to":"dave","phone":"+447700900003","from":"100001"}}
