# SPDX-License-Identifier: Apache-2.0
# Sockets, forks, pipes, system and exec; prints what never varies.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes ();

$| = 1;
my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Proto => 'tcp') or die "listen: $@";
my $pid = fork() // die "fork: $!";
if (!$pid) {
	for (1 .. 20) {
		my $client = $server->accept or POSIX::_exit(1);
		print $client uc(<$client>);
		close $client;
	}
	POSIX::_exit(3);
}
my %answers;
for (1 .. 20) {
	my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->sockport, Proto => 'tcp') or die "connect: $@";
	print $client "hello\n";
	$answers{<$client>}++;
}
waitpid($pid, 0);
print "tcp ", %answers, "child ", $? >> 8, "\n";
print "backticks ", `echo piped | tr a-z A-Z`;
system('sh', '-c', 'exit 7');
print "system ", $? >> 8, "\n";
{
	local %ENV = ();
	print "clean ", `/bin/echo nothing`;
}
open(my $pipe, '-|', 'seq 3') or die "pipe: $!";
print "pipe $_" while <$pipe>;
close $pipe;
local $SIG{ALRM} = sub { print "alarm\n" };
Time::HiRes::alarm(0.1);
select(undef, undef, undef, 5);
warn "last words\n";
exec('sh', '-c', 'echo from another image; exit 6');
