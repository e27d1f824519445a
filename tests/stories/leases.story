# A lapse names the lease that has lapsed: who came online again meanwhile stays online, whoever reports it, how often, and how late.
09:00:00 _admin user.register {"name":"bob"} -> accepted bob 100001
  user.registered user bob, im "100001", details {}
09:00:01 bob presence.online {"device":"laptop","class":"pc","lease":"45s"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
09:00:50 bob presence.online {"device":"laptop","class":"pc","lease":"45s"} -> accepted
  presence.online user bob, device laptop, class pc, lease_ms 45000, encoding json
09:00:51 _lease presence.lapsed {"user":"bob","device":"laptop","since":2} -> accepted
09:00:52 _lease presence.lapsed {"user":"bob","device":"laptop","since":2} -> accepted
# Another device's lease is its own.
09:00:53 bob presence.online {"device":"phone","class":"pc"} -> accepted
  presence.online user bob, device phone, class pc, lease_ms 45000, encoding json
09:00:54 _lease presence.lapsed {"user":"bob","device":"phone","since":3} -> accepted
09:01:40 _lease presence.lapsed {"user":"bob","device":"laptop","since":3} -> accepted
  presence.offline user bob, device laptop, because lapsed
09:01:40 _lease presence.lapsed {"user":"bob","device":"laptop","since":3} -> accepted
# Gone by himself, and back.
09:02:00 bob presence.offline {"device":"phone"} -> accepted
  presence.offline user bob, device phone, because said
09:02:01 _lease presence.lapsed {"user":"bob","device":"phone","since":4} -> accepted
09:02:02 bob presence.online {"device":"phone","class":"pc"} -> accepted
  presence.online user bob, device phone, class pc, lease_ms 45000, encoding json
09:02:03 _lease presence.lapsed {"user":"bob","device":"phone","since":4} -> accepted
09:03:00 _lease presence.lapsed {"user":"bob","device":"phone","since":7} -> accepted
  presence.offline user bob, device phone, because lapsed
# Nobody.
09:03:01 _lease presence.lapsed {"user":"zoe","device":"phone","since":7} -> accepted
