#!/usr/bin/perl
# Searches an index from Perl: perl search.pl INDEX QUERY
# Wants FFI::Platypus; the library is found as the system finds it
# (LD_LIBRARY_PATH).
use strict;
use warnings;
use FFI::Platypus 1.00;
use FFI::Platypus::Buffer qw(buffer_to_scalar scalar_to_buffer);
use FFI::CheckLib qw(find_lib_or_die);

my $ffi = FFI::Platypus->new(api => 1);
my @paths = split /:/, $ENV{LD_LIBRARY_PATH} // '';
$ffi->lib(find_lib_or_die(lib => 'newshound', libpath => \@paths));
my $errors = "\0" x 792;    # struct nh_error, the message behind three words
my ($err) = scalar_to_buffer $errors;
$ffi->attach(nh_index_open  => ['opaque*', 'string', 'opaque'] => 'int');
$ffi->attach(nh_index_close => ['opaque']                      => 'void');
$ffi->attach(nh_index_search =>
      ['opaque*', 'opaque', 'string', 'size_t', 'opaque', 'opaque'] => 'int');
$ffi->attach(nh_results_count => ['opaque'] => 'size_t');
$ffi->attach(nh_results_hit =>
      ['opaque*', 'opaque', 'size_t', 'opaque'] => 'int');
$ffi->attach(nh_results_free => ['opaque'] => 'void');

sub check {
    my ($rc) = @_;
    return if $rc == 0;
    print STDERR unpack('x24 Z512', $errors), "\n";
    exit 1;
}

sub text {
    my ($data, $len) = @_;
    return $len ? buffer_to_scalar($data, $len) : '';
}

# struct nh_hit on 64-bit systems: two 32-bit numbers and a double, seven strings
# of pointer and length, the time, five lists, a number, the snippet.
sub read_hit {
    my @words = unpack('x16 Q14 q Q10 Q Q4', buffer_to_scalar($_[0], 264));
    my ($all, $out, $at) = (text(@words[26, 27]), '', 0);
    my @spans = unpack('Q*', text($words[28], 16 * $words[29]));
    while (my ($start, $len) = splice @spans, 0, 2) {
        $out .= substr($all, $at, $start - $at) . '**'
          . substr($all, $start, $len) . '**';
        $at = $start + $len;
    }
    return {
        title   => text(@words[2,  3]),
        date    => text(@words[12, 13]),
        snippet => $out . substr($all, $at)
    };
}

my ($path, $query) = @ARGV;
check(nh_index_open(\my $index, $path, $err));
check(nh_index_search(\my $found, $index, $query, length $query, undef, $err));
for my $i (0 .. nh_results_count($found) - 1) {
    check(nh_results_hit(\my $address, $found, $i, $err));
    my $hit = read_hit($address);
    print "$hit->{date}  $hit->{title}\n    $hit->{snippet}\n";
}
nh_results_free($found);
nh_index_close($index);
