# Users, their details, profile and contacts.

> 09:00:00 _admin user.register {"name":"alice","phone":"+447700900001","zone":"Asia/Shanghai","day":100,"month":1000,"secret":"$argon2id$x"}
  {"command":1,"accepted":true,"user":"alice","im":"100001"}
    {"user.registered":{"user":"alice","im":"100001","details":{"phone":"+447700900001","secret":"$argon2id$x","zone":"Asia/Shanghai","day":100,"month":1000}}}
> 09:00:01 _admin user.register {"name":"bob"}
  {"command":2,"accepted":true,"user":"bob","im":"100002"}
    {"user.registered":{"user":"bob","im":"100002","details":{}}}
> 09:00:02 _admin user.set {"name":"bob","phone":"+447700900002","day":5}
  {"command":3,"accepted":true}
    {"user.changed":{"user":"bob","details":{"phone":"+447700900002","day":5}}}
> 09:00:03 _admin user.set {"name":"bob","phone":"+447700900002","day":5}
  {"command":4,"accepted":true}
> 09:00:04 _admin user.set {"name":"bob","phone":"+447700900001"}
  {"command":5,"accepted":false,"code":"user.phone_taken","text":"this phone belongs to another user","field":"phone"}
    {"command.refused":{"code":"user.phone_taken","text":"this phone belongs to another user","field":"phone"}}
> 09:00:05 _admin user.set {"name":"bob","phone":"+447700900003"}
  {"command":6,"accepted":true}
    {"user.changed":{"user":"bob","details":{"phone":"+447700900003"}}}
> 09:00:06 _admin user.register {"name":"carol","phone":"+447700900002"}
  {"command":7,"accepted":true,"user":"carol","im":"100003"}
    {"user.registered":{"user":"carol","im":"100003","details":{"phone":"+447700900002"}}}
> 09:00:07 alice profile.set {"nickname":"Al","mood":"in the garden"}
  {"command":8,"accepted":true}
    {"profile.set":{"user":"alice","profile":{"nickname":"Al","mood":"in the garden"}}}
> 09:00:08 alice profile.set {}
  {"command":9,"accepted":true}
> 09:00:09 alice contact.add {"who":"bob","alias":"Bobby"}
  {"command":10,"accepted":true}
    {"contact.added":{"user":"alice","who":"bob","alias":"Bobby"}}
> 09:00:10 alice contact.add {"who":"+447700900003","alias":"Bobby"}
  {"command":11,"accepted":true}
> 09:00:11 alice contact.add {"who":"100003"}
  {"command":12,"accepted":true}
    {"contact.added":{"user":"alice","who":"carol"}}
> 09:00:12 alice contact.add {"who":"+15550100000","alias":"not here yet"}
  {"command":13,"accepted":true}
    {"contact.added":{"user":"alice","who":"+15550100000","alias":"not here yet"}}
> 09:00:13 alice contact.remove {"who":"bob"}
  {"command":14,"accepted":true}
    {"contact.removed":{"user":"alice","who":"bob"}}
> 09:00:14 alice contact.remove {"who":"bob"}
  {"command":15,"accepted":true}
> 09:00:15 alice contact.block {"who":"carol"}
  {"command":16,"accepted":true}
    {"contact.blocked":{"user":"alice","who":"carol"}}
> 09:00:16 alice contact.block {"who":"carol"}
  {"command":17,"accepted":true}
