using System.Diagnostics.Metrics;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>Asks the hosts of the connection URLs once a second what they are. Does nothing where each URL has one host and no standby answers.</summary>
internal sealed partial class HostWatch : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), Search = TimeSpan.FromMilliseconds(250);
    private readonly DataSources _sources;
    private readonly Settings _settings;
    private readonly ILogger<HostWatch> _log;
    private readonly HashSet<Host> _failed = [];

    public HostWatch(DataSources sources, Settings settings, IMeterFactory meters, ILogger<HostWatch> log)
    {
        (_sources, _settings, _log) = (sources, settings, log);
        meters.Create(DatabaseMetrics.Meter).CreateObservableGauge(
            "rlschat.standby.lag", () => (sources.Standbys?.All ?? []).Where(host => host.State is { IsStandby: true, Lag: not null })
                .Select(host => new Measurement<double>(host.State!.Lag!.Value.TotalSeconds, new KeyValuePair<string, object?>("host", host.Name))),
            "s", "The age of what a standby shows.");
    }

    /// <summary>Learns which host is the primary, before the guard asks it.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_sources.Watched.SelectMany(hosts => hosts.All.Select(host => Ask(hosts, host, cancellationToken))));
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_sources.Watched.SelectMany(hosts => hosts.All.Select(host => Watch(hosts, host, stoppingToken))));

    private async Task Watch(Hosts hosts, Host host, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(hosts != _sources.Standbys && hosts.IsLost ? Search : Period, stop);
                await Ask(hosts, host, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The API stops.
        }
    }

    private async Task Ask(Hosts hosts, Host host, CancellationToken stop)
    {
        var isStandby = hosts == _sources.Standbys;
        try
        {
            await host.Ask(commits: hosts == _sources.Api && _sources.Standbys is not null, isStandby ? Refusal : null, stop);
            if (!isStandby && hosts.Choose())
            {
                Moved(host.Login.Username!, hosts.All[hosts.Primary].Name);
            }

            Say(host, null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            if (isStandby)
            {
                host.Leave();
            }

            Say(host, e);
        }
    }

    /// <summary>A standby has the policies of its primary; the login could be another one, or a pooler between lose prepared statements.</summary>
    private async Task<string?> Refusal(NpgsqlDataSource source)
    {
        await using (var connection = await source.OpenConnectionAsync())
        {
            List<string> findings = [.. await Logins.Findings(connection, "rlschat_api", default), .. await Tables.Findings(connection, default)];
            if (findings.Count > 0)
            {
                return $"POSTGRES_READ_URL is not used: {string.Join("; ", findings)}";
            }
        }

        return _settings.Pool.Prepare ? await SelfTest.PreparedStatements("rlschat_api", source.OpenConnectionAsync, default) : null;
    }

    private void Say(Host host, Exception? failure)
    {
        lock (_failed)
        {
            if (failure is null ? _failed.Remove(host) : _failed.Add(host))
            {
                if (failure is null)
                {
                    Answers(host.Name, host.Login.Username!);
                }
                else
                {
                    Lost(host.Name, host.Login.Username!, failure.Message);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Login} now connects to {Host}, which is the primary")]
    private partial void Moved(string login, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} does not answer {Login}: {Cause}")]
    private partial void Lost(string host, string login, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host} answers {Login} again")]
    private partial void Answers(string host, string login);
}
