using Npgsql;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>
/// The hosts of one connection URL, and which of them is the primary. Npgsql would find out itself, but only in a request,
/// which then waits for a server that has stopped answering; and it keeps what it found although PgBouncer, between the
/// two, leads to another kind of server meanwhile.
/// </summary>
internal sealed class Hosts : IAsyncDisposable
{
    private volatile int _primary;
    private int _turn;

    public Hosts(NpgsqlConnectionStringBuilder login)
    {
        // Whoever asks for another kind of session gets Npgsql's choice.
        var isOurs = login.TargetSessionAttributes is null or "primary" or "read-write";
        All = isOurs && login.Host!.Contains(',', StringComparison.Ordinal)
            ? [.. PostgresUrl.Each(login).Select(host => new Host(host))]
            : [new Host(login)];
    }

    /// <summary>All of them, in the order of the URL.</summary>
    public IReadOnlyList<Host> All { get; }

    /// <summary>The place of the primary, or of what was the last one.</summary>
    public int Primary => _primary;

    /// <summary>Cancelled when another one is the primary.</summary>
    public CancellationToken Gone => All.Count > 1 ? All[_primary].Gone : default;

    /// <summary>Whether its state is known: without that no host is asked.</summary>
    public bool IsLost => All[_primary].State is not { IsStandby: false };

    /// <summary>The primary of the latest timeline: one that was paused may not know yet that another has taken over.</summary>
    /// <returns>Whether it is another one than before.</returns>
    public bool Choose()
    {
        var found = Enumerable.Range(0, All.Count).Where(i => All[i].State is { IsStandby: false })
            .OrderByDescending(i => All[i].State?.Timeline, StringComparer.Ordinal).ThenBy(i => i == _primary ? 0 : 1)
            .Cast<int?>().FirstOrDefault();
        if (found is not { } next || next == _primary)
        {
            return false;
        }

        var last = All[_primary];
        _primary = next;
        last.Leave();
        return true;
    }

    /// <summary>The next standby, in turn, that was not too far behind; -1 if there is none.</summary>
    public int Standby(TimeSpan most)
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        for (var i = 0; i < All.Count; i++)
        {
            var place = (int)((turn + (uint)i) % (uint)All.Count);
            if (All[place].State?.Reads(most) == true)
            {
                return place;
            }
        }

        return -1;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in All)
        {
            await host.DisposeAsync();
        }
    }
}
