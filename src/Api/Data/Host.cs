using Npgsql;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>What a server said when it was last asked.</summary>
/// <param name="IsStandby">Whether it is one.</param>
/// <param name="Timeline">Of a primary: the later one has taken over.</param>
/// <param name="Lag">Of a standby: the age of what it shows. Each API process commits once a second on the primary.</param>
internal sealed record HostState(bool IsStandby, string Timeline, TimeSpan? Lag)
{
    /// <summary>Whether it is a standby that shows nothing older than that.</summary>
    public bool Reads(TimeSpan most) => IsStandby && Lag < most;
}

/// <summary>One host of a connection URL. It is asked by connections of its own, so that no request waits to learn of its state.</summary>
internal sealed class Host : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly string _settings;
    private NpgsqlDataSource _source;
    private volatile HostState? _state;
    private CancellationTokenSource _gone = new();

    public Host(NpgsqlConnectionStringBuilder login)
    {
        Login = login;
        Name = PostgresUrl.Describe(login).Split(" on ")[^1];
        var settings = new NpgsqlConnectionStringBuilder(login.ConnectionString)
        {
            ApplicationName = "rlschat-api watch",
            TargetSessionAttributes = null,
            MaxPoolSize = 3,
            Timeout = (int)Patience.TotalSeconds,
            CommandTimeout = 0,
            NoResetOnClose = true,
            Enlist = false,
        };
        NoticeLoss(settings);
        _settings = settings.ConnectionString;
        _source = Make();
    }

    /// <summary>Lets a connection end some seconds after its host has left the network. A Unix socket knows no such setting.</summary>
    public static void NoticeLoss(NpgsqlConnectionStringBuilder connection)
    {
        if (connection.Host is not ['/' or '@', ..])
        {
            (connection.TcpKeepAlive, connection.TcpKeepAliveTime, connection.TcpKeepAliveInterval) = (true, 10, 5);
        }
    }

    /// <summary>The connection of its login.</summary>
    public NpgsqlConnectionStringBuilder Login { get; }

    /// <summary>Its address and port.</summary>
    public string Name { get; }

    /// <summary>What it said last; null if it does not answer.</summary>
    public HostState? State => _state;

    /// <summary>Asks it.</summary>
    /// <param name="commits">Whether to commit a transaction there, if it is a primary: its time is what a standby's lag is measured by.</param>
    /// <param name="refuse">What speaks against the host; asked whenever it answers again. Null: nothing does.</param>
    /// <param name="stop">Gives up.</param>
    public async Task Ask(bool commits, Func<NpgsqlDataSource, Task<string?>>? refuse, CancellationToken stop)
    {
        try
        {
            // A question without an answer is left to itself: Npgsql would wait for that of its cancellation.
            _state = await Query(commits, _state is null ? refuse : null).WaitAsync(Patience, stop);
        }
        catch (Exception e)
        {
            _state = null;
            if (e is TimeoutException)
            {
                // Its connections may never come back.
                (var lost, _source) = (_source, Make());
                _ = Task.Run(async () => await lost.DisposeAsync(), CancellationToken.None);
            }

            throw;
        }
    }

    /// <summary>
    /// Cancelled when others are to be asked instead: what waits for an answer of this host waits no longer. Npgsql must not
    /// get this token: it would send the host a cancellation, and block a thread until that is answered.
    /// </summary>
    public CancellationToken Gone => Volatile.Read(ref _gone).Token;

    /// <summary>Ends what waits for this host.</summary>
    public void Leave() => _ = Interlocked.Exchange(ref _gone, new CancellationTokenSource()).CancelAsync();

    /// <summary>A request has found that it does not answer.</summary>
    public void Lose() => _state = null;

    private NpgsqlDataSource Make() => new NpgsqlDataSourceBuilder(_settings) { Name = "watch" }.Build();

    private async Task<HostState> Query(bool commits, Func<NpgsqlDataSource, Task<string?>>? refuse)
    {
        if (refuse is not null && await refuse(_source) is { } refusal)
        {
            throw new SetupException(refusal);
        }

        await using var command = _source.CreateCommand(
            """
            select pg_is_in_recovery(),
              case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) else '' end,
              extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::double precision,
              case when $1 and not pg_is_in_recovery() then pg_current_xact_id()::text end
            """);
        command.Parameters.Add(new() { Value = commits });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new HostState(
            reader.GetBoolean(0), reader.GetString(1), reader.IsDBNull(2) ? null : TimeSpan.FromSeconds(reader.GetDouble(2)));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
