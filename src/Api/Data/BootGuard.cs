using System.Net.Sockets;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>
/// Refuses to serve when the database does not protect its rows. Runs before the first request, and for readiness
/// checks.
/// </summary>
internal sealed partial class BootGuard(
    DataSources sources, Settings settings, TimeProvider time, ILogger<BootGuard> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _one = new(1);
    private (bool Ready, DateTimeOffset Until) _last;

    /// <summary>Runs before the server listens.</summary>
    /// <exception cref="SetupException">Lists everything that is wrong.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await WayFindings(cancellationToken) is { Count: > 0 } way)
            {
                throw new SetupException("refusing to serve, because the way to the database does not hold:\n  - " + string.Join("\n  - ", way));
            }

            if (await Findings(cancellationToken) is { Count: > 0 } findings)
            {
                throw new SetupException(
                    "refusing to serve, because the database would not protect people's data:\n  - "
                    + string.Join("\n  - ", findings));
            }

            _last = (true, time.GetUtcNow() + Fresh);
        }
        catch (Exception e) when (e is not (SetupException or OperationCanceledException))
        {
            throw Unasked(e, settings.Api);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _one.Dispose();

    /// <summary>Whether there are no findings; cached for five seconds.</summary>
    public async Task<bool> IsReady(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (_last.Until <= time.GetUtcNow())
            {
                _last = (await Ask(stop), time.GetUtcNow() + Fresh);
            }

            return _last.Ready;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<bool> Ask(CancellationToken stop)
    {
        try
        {
            var findings = await Findings(stop);
            findings.ForEach(NotReady);
            return findings.Count == 0;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            NotReady(e.Message);
            return false;
        }
    }

    /// <summary>Features of PostgreSQL that a pooler between breaks; checked once, at the start.</summary>
    private async Task<List<string>> WayFindings(CancellationToken stop)
    {
        string?[] found =
        [
            settings.Pool.Prepare ? await SelfTest.PreparedStatements("rlschat_api", Open(sources.Monitor, settings.Api), stop) : null,
            settings.Pool.Prepare ? await SelfTest.PreparedStatements("rlschat_auth", Open(sources.SignIn, settings.Auth), stop) : null,
            await SelfTest.Notifications(Open(sources.Live, settings.Live), stop),
        ];
        return [.. found.OfType<string>()];
    }

    private static SetupException Unasked(Exception e, NpgsqlConnectionStringBuilder settings) =>
        new($"the database cannot be asked whether it is safe to serve from. {ConnectionFailure.Describe(e, settings).Message}", e);

    /// <summary>Adds the login to the error of a connection that fails.</summary>
    private static Func<CancellationToken, ValueTask<NpgsqlConnection>> Open(NpgsqlDataSource source, NpgsqlConnectionStringBuilder settings) =>
        async stop =>
        {
            try
            {
                return await source.OpenConnectionAsync(stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw Unasked(e, settings);
            }
        };

    /// <summary>All findings; empty when it is safe to serve.</summary>
    private async Task<List<string>> Findings(CancellationToken stop)
    {
        await using var api = await sources.Monitor.OpenConnectionAsync(stop);
        await using var auth = await sources.SignIn.OpenConnectionAsync(stop);
        await using var live = await sources.Live.OpenConnectionAsync(stop);
        await using var explain = sources.Explain is { } source ? await source.OpenConnectionAsync(stop) : null;
        foreach (var finding in ServerVersion.Check(api))
        {
            Warn(finding.ToString());
        }

        return
        [
            .. await Logins.Findings(api, "rlschat_api", stop),
            .. await Logins.Findings(auth, "rlschat_auth", stop),
            .. await Logins.Findings(live, "rlschat_live", stop),
            .. explain is null ? [] : await Logins.Findings(explain, "rlschat_explain", stop),
            .. await Tables.Findings(api, stop),
            .. await Versions.Findings(api, stop),
            .. await Canary.Findings(api, stop),
        ];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "not ready: {Finding}")]
    private partial void NotReady(string finding);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Finding}")]
    private partial void Warn(string finding);
}
