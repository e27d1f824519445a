# Whoever has a list of contacts blocks those whom it says, and nobody else.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 _admin user.register {"name":"carol"} -> accepted carol 100003
  user.registered user carol, im "100003", details {}
09:00:03 bob contact.add {"who":"alice"} -> accepted
  contact.added user bob, who alice
09:00:04 bob contact.block {"who":"carol"} -> accepted
  contact.blocked user bob, who carol
09:00:05 bob presence.online {"device":"pc","class":"pc"} -> accepted
  presence.online user bob, device pc, class pc, lease_ms 45000, encoding json
# A contact's message arrives, a blocked person's does not.
09:00:06 alice message.send {"to":["bob"],"text":"shall we?"} -> accepted m7
  message.accepted message m7, from alice, to [bob], text "shall we?", route auto
  delivery.routed message m7, to bob, channel live, because pc_online, seen 6, encoding json
09:00:07 carol message.send {"to":["bob"],"text":"and I?"} -> accepted m8
  message.accepted message m8, from carol, to [bob], text "and I?", route auto
  delivery.filtered message m8, to bob, reason blocked, from carol
09:00:08 bob contact.remove {"who":"carol"} -> accepted
  contact.removed user bob, who carol
09:00:09 carol message.send {"to":["bob"],"text":"and now?"} -> accepted m10
  message.accepted message m10, from carol, to [bob], text "and now?", route auto
  delivery.routed message m10, to bob, channel live, because pc_online, seen 6, encoding json
