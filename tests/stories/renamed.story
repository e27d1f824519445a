# A contact is renamed by being added again, and so is one that was blocked made a contact again, whatever the name.

09:00:00 _admin user.register {"name":"alice"} -> accepted alice 100001
  user.registered user alice, im "100001", details {}
09:00:01 _admin user.register {"name":"bob"} -> accepted bob 100002
  user.registered user bob, im "100002", details {}
09:00:02 alice contact.add {"who":"bob","alias":"Bobby"} -> accepted
  contact.added user alice, who bob, alias Bobby
09:00:03 alice contact.add {"who":"bob","alias":"Bobby"} -> accepted
09:00:04 alice contact.add {"who":"bob","alias":"Rob"} -> accepted
  contact.added user alice, who bob, alias Rob
09:00:05 alice contact.add {"who":"bob"} -> accepted
  contact.added user alice, who bob
09:00:06 alice contact.block {"who":"bob"} -> accepted
  contact.blocked user alice, who bob
09:00:07 alice contact.add {"who":"bob"} -> accepted
  contact.added user alice, who bob
09:00:08 bob message.send {"to":["alice"],"text":"heard"} -> accepted m9
  message.accepted message m9, from bob, to [alice], text heard, route auto
  delivery.routed message m9, to alice, channel none, because no_device_online
