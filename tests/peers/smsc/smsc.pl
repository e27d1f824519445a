# An SMSC on Net::SMPP, driven as README.md says.
use strict;
use warnings;
use Encode ();
use IO::Select;
use JSON::PP;
use Net::SMPP;
use Time::HiRes 'time';

# What its library cannot decode it warns of; an end of a connection is no such thing.
local $SIG{__WARN__} = sub { tell_it('malformed', why => "@_") unless "@_" =~ /eof|I\/O error|reading header/ };
local $SIG{PIPE} = 'IGNORE';
$| = 1;

my $json = JSON::PP->new->ascii->canonical;
my $server = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, enquire_interval => 0)
    or die "cannot listen: $!";
# By number: the socket, whether it may be read from, and the tags of deliver_sm by sequence.
my (%sessions, $last);
my %formats = (sar_msg_ref_num => 'n', sar_total_segments => 'C', sar_segment_seqnum => 'C');
my %given = (%formats, receipted_message_id => 'Z*', message_state => 'C', user_message_reference => 'n');

sub tell_it { my ($event, %rest) = @_; print $json->encode({ event => $event, %rest }), "\n" }

sub decoded {
    my ($coding, $octets) = @_;
    return Encode::decode($coding == 8 ? 'UTF-16BE' : $coding == 3 ? 'iso-8859-1' : 'gsm0338', $octets);
}

sub submitted {
    my ($number, $pdu) = @_;
    my $payload = defined $pdu->{message_payload};
    my $octets = $payload ? $pdu->{message_payload} : $pdu->{short_message};
    my $header = $pdu->{esm_class} & 0x40 ? substr($octets, 0, 1 + ord($octets), '') : "\0";
    my %tlvs = map { $_ => unpack $formats{$_}, $pdu->{$_} } grep { defined $pdu->{$_} } keys %formats;
    my $reference = $pdu->{user_message_reference};
    tell_it('submit',
        session => 0 + $number, seq => $pdu->{seq}, %tlvs,
        source => $pdu->{source_addr}, source_ton => $pdu->{source_addr_ton},
        dest => $pdu->{destination_addr}, dest_ton => $pdu->{dest_addr_ton},
        esm_class => $pdu->{esm_class}, data_coding => $pdu->{data_coding},
        registered => $pdu->{registered_delivery},
        reference => defined $reference ? unpack('n', $reference) : undef,
        payload => $payload ? JSON::PP::true : JSON::PP::false,
        udh => unpack('H*', substr $header, 1), text => decoded($pdu->{data_coding}, $octets));
}

sub gone {
    my ($number) = @_;
    my $session = delete $sessions{$number} or return;
    close $session->{socket};
    tell_it('closed', session => 0 + $number);
}

sub heard {
    my ($number) = @_;
    my $session = $sessions{$number};
    my $socket = $session->{socket};
    my $pdu = $socket->read_pdu or return gone($number);
    my $command = $pdu->explain_cmd;
    if ($command =~ /^bind_(?!.*_resp)/) {
        my $answer = "${command}_resp";
        $socket->$answer(seq => $pdu->{seq}, status => 0, system_id => 'perl');
        tell_it('bound', session => 0 + $number, kind => $command);
    } elsif ($command eq 'submit_sm') {
        submitted($number, $pdu);
    } elsif ($command eq 'deliver_sm_resp') {
        tell_it('answered', tag => delete $session->{tags}{ $pdu->{seq} }, status => $pdu->{status});
    } elsif ($command eq 'enquire_link') {
        $socket->enquire_link_resp(seq => $pdu->{seq});
    } elsif ($command eq 'unbind') {
        $socket->unbind_resp(seq => $pdu->{seq});
        gone($number);
    } else {
        tell_it('malformed', why => "unexpected $command");
    }
}

my %deeds = (
    respond => sub {
        my ($deed, $session) = @_;
        $session->{socket}->submit_sm_resp(
            seq => $deed->{seq}, status => $deed->{status}, message_id => $deed->{id});
    },
    deliver => sub {
        my ($deed, $session) = @_;
        my @tlvs = map { ($_ => pack $given{$_}, $deed->{$_}) } grep { defined $deed->{$_} } sort keys %given;
        push @tlvs, message_payload => pack 'H*', $deed->{message_payload} if defined $deed->{message_payload};
        my $seq = $session->{socket}->deliver_sm(
            async => 1,
            source_addr_ton => 1, source_addr_npi => 1, source_addr => $deed->{source},
            dest_addr_ton => 3, dest_addr_npi => 0, destination_addr => $deed->{dest},
            esm_class => $deed->{esm_class}, data_coding => $deed->{data_coding},
            short_message => pack('H*', $deed->{octets}), @tlvs);
        $session->{tags}{$seq} = $deed->{tag};
    },
    pause => sub { my ($deed, $session) = @_; $session->{until} = time + $deed->{ms} / 1000 },
    drop => sub { gone($_[0]{session}) },
);

tell_it('listening', port => $server->sockport);
my $said = '';
while (1) {
    my @open = grep { !$sessions{$_}{until} } keys %sessions;
    my $select = IO::Select->new(\*STDIN, $server, map { $sessions{$_}{socket} } @open);
    my %ready = map { fileno($_) => 1 } $select->can_read(0.05);
    for my $number (grep { $sessions{$_}{until} && $sessions{$_}{until} <= time } keys %sessions) {
        delete $sessions{$number}{until};
        tell_it('resumed', session => 0 + $number);
    }
    if ($ready{ fileno $server }) {
        my $socket = $server->accept;
        $sessions{ ++$last } = { socket => $socket, tags => {} } if $socket;
    }
    for my $number (@open) {
        my $at = fileno $sessions{$number}{socket};
        heard($number) if defined $at && $ready{$at};
    }
    next unless $ready{ fileno STDIN };
    sysread(STDIN, $said, 65536, length $said) or exit 0;
    while ($said =~ s/^(.*)\n//) {
        my $deed = $json->decode($1);
        my $session = $sessions{ $deed->{session} } or next;
        $deeds{ $deed->{do} }->($deed, $session);
    }
}
