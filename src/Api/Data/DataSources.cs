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
    private readonly List<NpgsqlDataSource> _opened = [];

    public DataSources(Settings settings)
    {
        var pool = settings.Pool;
        RegularUser = MakePool("regular_user", settings.Api, pool, pool.RegularUser);
        Anonymous = MakePool("anonymous", settings.Api, pool, pool.Anonymous);
        Monitor = MakePool("monitor", settings.Api, pool, PoolSettings.Monitor);
        SignIn = MakePool("sign_in", settings.Auth, pool, pool.SignIn);
        Live = MakeLive(settings.Live, pool);
        Explain = settings.Explain is { } explain ? MakePool("explain", explain, pool with { Prepare = false }, pool.Explain) : null;
    }

    /// <summary>The names of the pools in metrics.</summary>
    public static readonly IReadOnlyList<string> Names = ["regular_user", "anonymous", "monitor", "sign_in"];

    /// <summary>For signed-in people.</summary>
    public NpgsqlDataSource RegularUser { get; }

    /// <summary>For anonymous callers.</summary>
    public NpgsqlDataSource Anonymous { get; }

    /// <summary>For monitoring, which reads no rows of people.</summary>
    public NpgsqlDataSource Monitor { get; }

    /// <summary>For signing up, in and out; it can do nothing else.</summary>
    public NpgsqlDataSource SignIn { get; }

    /// <summary>For live delivery, which keeps one connection, without a pool.</summary>
    public NpgsqlDataSource Live { get; }

    /// <summary>For explaining access to operators; null where it is not configured.</summary>
    public NpgsqlDataSource? Explain { get; }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _opened)
        {
            await source.DisposeAsync();
        }
    }

    private NpgsqlDataSource MakePool(string name, NpgsqlConnectionStringBuilder login, PoolSettings pool, int size) =>
        Make(name, pool, new NpgsqlConnectionStringBuilder(login.ConnectionString)
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

    private NpgsqlDataSource MakeLive(NpgsqlConnectionStringBuilder login, PoolSettings pool) =>
        Make("live", pool, new NpgsqlConnectionStringBuilder(login.ConnectionString)
        {
            ApplicationName = login.ApplicationName ?? "rlschat-api live",
            Pooling = false,
            CommandTimeout = 15,
            TcpKeepAlive = true,
            MaxAutoPrepare = pool.Prepare ? 10 : 0,
        });

    private NpgsqlDataSource Make(string name, PoolSettings pool, NpgsqlConnectionStringBuilder connection)
    {
        connection.Timeout = pool.ConnectTimeout
            ?? (connection.ShouldSerialize("Timeout") ? connection.Timeout : PoolSettings.StandardConnectTimeout);
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
