using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>
/// The connection pools: one for each role, because a prepared statement is planned again whenever the role
/// changes, and one for the functions that issue identities.
/// </summary>
internal sealed class DataSources : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly Hosts _auth, _live;
    private readonly Hosts? _explain;
    private readonly NpgsqlDataSource[] _regularUser, _anonymous, _monitor, _signIn, _liveSources, _explainSources, _reading, _readingAnonymous;

    public DataSources(Settings settings)
    {
        var pool = settings.Pool;
        (Api, _auth, _live) = (new(settings.Api), new(settings.Auth), new(settings.Live));
        _explain = settings.Explain is { } explain ? new(explain) : null;
        ReadLag = settings.ReadLag;
        Standbys = settings.Standbys is { } standbys ? new(standbys) : null;
        _opened.AddRange([.. new[] { Api, _auth, _live, _explain, Standbys }.OfType<Hosts>()]);
        _regularUser = MakePools("regular_user", Api, pool, pool.RegularUser);
        _anonymous = MakePools("anonymous", Api, pool, pool.Anonymous);
        _monitor = MakePools("monitor", Api, pool, PoolSettings.Monitor);
        _signIn = MakePools("sign_in", _auth, pool, pool.SignIn);
        _liveSources = [.. _live.All.Select(host => MakeLive(host.Login, pool, IsPatient(_live)))];
        _explainSources = MakePools("explain", _explain, pool with { Prepare = false }, pool.Explain);
        _reading = MakePools("regular_user", Standbys, pool, pool.RegularUser);
        _readingAnonymous = MakePools("anonymous", Standbys, pool, pool.Anonymous);
    }

    /// <summary>The names of the pools in metrics.</summary>
    public static readonly IReadOnlyList<string> Names = ["regular_user", "anonymous", "monitor", "sign_in"];

    /// <summary>The hosts of the login that serves requests.</summary>
    public Hosts Api { get; }

    /// <summary>The standbys that answer reads, or null for none.</summary>
    public Hosts? Standbys { get; }

    /// <summary>How old what a standby shows may be.</summary>
    public TimeSpan ReadLag { get; }

    /// <summary>Whose state is to be known: of several hosts, and where standbys answer.</summary>
    public IEnumerable<Hosts> Watched => new[] { Api, _auth, _live, _explain, Standbys }.OfType<Hosts>()
        .Where(hosts => hosts.All.Count > 1 || hosts == Standbys || (hosts == Api && Standbys is not null));

    /// <summary>For signed-in people.</summary>
    public NpgsqlDataSource RegularUser => _regularUser[Api.Primary];

    /// <summary>For anonymous callers.</summary>
    public NpgsqlDataSource Anonymous => _anonymous[Api.Primary];

    /// <summary>For monitoring, which reads no rows of people.</summary>
    public NpgsqlDataSource Monitor => _monitor[Api.Primary];

    /// <summary>For signing up, in and out; it can do nothing else.</summary>
    public NpgsqlDataSource SignIn => _signIn[_auth.Primary];

    /// <summary>For live delivery, which keeps one connection, without a pool.</summary>
    public NpgsqlDataSource Live => _liveSources[_live.Primary];

    /// <summary>Cancelled when <see cref="Live"/> is another host's.</summary>
    public CancellationToken LiveGone => _live.Gone;

    /// <summary>For explaining access to operators; null where it is not configured.</summary>
    public NpgsqlDataSource? Explain => _explain is null ? null : _explainSources[_explain.Primary];

    /// <summary>A standby of that place for reads of signed-in people, or of anonymous callers.</summary>
    public NpgsqlDataSource Reading(int standby, bool isAnonymous) => (isAnonymous ? _readingAnonymous : _reading)[standby];

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _opened)
        {
            await source.DisposeAsync();
        }
    }

    private NpgsqlDataSource[] MakePools(string name, Hosts? hosts, PoolSettings pool, int size) =>
        hosts is null ? [] : [.. hosts.All.Select(host => MakePool(name, host.Login, pool, size, IsPatient(hosts)))];

    /// <summary>Whether there is no other host to turn to.</summary>
    private bool IsPatient(Hosts hosts) => hosts.All.Count == 1 && hosts != Standbys;

    private NpgsqlDataSource MakePool(
        string name, NpgsqlConnectionStringBuilder login, PoolSettings pool, int size, bool isPatient) =>
        Make(name, pool, isPatient, new NpgsqlConnectionStringBuilder(login.ConnectionString)
        {
            ApplicationName = login.ApplicationName ?? "rlschat-api",
            MaxPoolSize = size,
            ConnectionIdleLifetime = pool.IdleTimeout,
            ConnectionPruningInterval = Math.Min(10, pool.IdleTimeout),
            ConnectionLifetime = pool.MaxLifetime,
            // Safe because nothing is ever set for a session, only for a transaction.
            NoResetOnClose = true,
            MaxAutoPrepare = pool.Prepare ? 100 : 0,
        });

    private NpgsqlDataSource MakeLive(NpgsqlConnectionStringBuilder login, PoolSettings pool, bool isPatient) =>
        Make("live", pool, isPatient, new NpgsqlConnectionStringBuilder(login.ConnectionString)
        {
            ApplicationName = login.ApplicationName ?? "rlschat-api live",
            Pooling = false,
            CommandTimeout = 15,
            TcpKeepAlive = true,
            MaxAutoPrepare = pool.Prepare ? 10 : 0,
        });

    private NpgsqlDataSource Make(string name, PoolSettings pool, bool isPatient, NpgsqlConnectionStringBuilder connection)
    {
        connection.Timeout = pool.ConnectTimeout
            ?? (connection.ShouldSerialize("Timeout") ? connection.Timeout : PoolSettings.StandardConnectTimeout);
        if (!isPatient)
        {
            // The server ends a statement after 10 s (db/roles). If it does not, it has stopped answering.
            connection.CommandTimeout = 12;
            // Breaks the connection after a cancellation, without reading the answer: to a commit that waited for the
            // synchronous standby it would be that of success.
            connection.CancellationTimeout = -1;
            Host.NoticeLoss(connection);
        }

        connection.AutoPrepareMinUsages = 2;
        connection.Enlist = false;
        connection.IncludeErrorDetail = false;
        var target = connection.TargetSessionAttributes;
        var session = Connections.TakeSession(connection);
        connection.TargetSessionAttributes = null;
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString)
        {
            // The name of the pool in metrics, which would otherwise show the connection string.
            Name = name,
        };
        if (session is not null)
        {
            builder.UsePhysicalConnectionInitializer(
                opened => Connections.RefuseOther(opened, session).GetAwaiter().GetResult(), opened => Connections.RefuseOther(opened, session));
        }

        if (!connection.Host!.Contains(',', StringComparison.Ordinal))
        {
            var source = builder.Build();
            _opened.Add(source);
            return source;
        }

        var hosts = builder.BuildMultiHost();
        _opened.Add(hosts);
        return hosts.WithTargetSession(Enum.Parse<TargetSessionAttributes>(
            (target ?? "any").Replace("-", "", StringComparison.Ordinal), ignoreCase: true));
    }
}
