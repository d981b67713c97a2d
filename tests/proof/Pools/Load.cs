using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>
/// All clients ask at once, through fewer connections than there are people. Some hang up in the
/// middle of a request, backends are killed, and now and then somebody says nothing about who they are.
/// </summary>
internal sealed partial class Load(WebApplication app, TestDatabase database, Clients clients, int requests, bool calm = false)
{
    /// <summary>A backend is killed after so many requests; of so many, one is cancelled.</summary>
    private const int Kill = 250, Cancel = 30;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
    private readonly Uri _address = ApiFixture.AddressOf(app);
    private readonly LoadResults _results = new();

    public static async Task<LoadResults> Over(WebApplication app, TestDatabase database, Clients clients, int requests, bool calm = false)
    {
        var load = new Load(app, database, clients, requests, calm);
        using var over = new CancellationTokenSource();
        var probing = load.ProbeConnections(over.Token);
        await Task.WhenAll(clients.All.Select((client, i) => load.Walk(client, new Random(i))));
        await over.CancelAsync();
        await probing;
        return load._results;
    }

    private async Task Walk(Client client, Random random)
    {
        for (int number; (number = _results.Ask()) <= requests;)
        {
            var other = clients.Anybody(random);
            await Ask(client.Person.Name, random.Next(10) == 0 || other == client ? clients.Stray(random) : client.Next(random, other), random);
            if (!calm && number % Kill == 0)
            {
                await KillOne();
            }
        }
    }

    private async Task Ask(string who, PoolRequest asked, Random random)
    {
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), new Uri(_address, asked.Path));
        request.Content = asked.Body is null ? null : JsonContent.Create(asked.Body);
        request.Headers.Authorization = asked.Token is null ? null : new AuthenticationHeaderValue("Bearer", asked.Token);
        using var soon = new CancellationTokenSource();
        if (!calm && random.Next(Cancel) == 0)
        {
            soon.CancelAfter(TimeSpan.FromMilliseconds(random.Next(12)));
        }

        try
        {
            using var response = await Http.SendAsync(request, soon.Token);
            Judge(who, asked, (int)response.StatusCode, await response.Content.ReadAsStringAsync(soon.Token));
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                // It says when to come again; who came at once would spend all requests on a PgBouncer that
                // takes a second before it makes another connection.
                await Task.Delay(100, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (soon.IsCancellationRequested)
        {
            _results.Cancel();
        }
    }

    /// <summary>The same for everybody: no canary of another, everything of one's own, a status that may be.</summary>
    private void Judge(string who, PoolRequest asked, int status, string text)
    {
        _results.Answer(status);
        foreach (Match canary in Canary().Matches(text))
        {
            if (!asked.May.Contains(canary.Value))
            {
                _results.Leak($"{who} sees {canary.Value}: {asked.Method} {asked.Path}");
            }
        }

        // The cost of a killed backend.
        if (status == 503 && !calm)
        {
            return;
        }

        if (!asked.Statuses.Contains(status))
        {
            _results.Report($"{who} is answered {status}: {asked.Method} {asked.Path}: {text}");
        }
        else if (status < 400)
        {
            foreach (var missing in asked.Holds.Where(held => !text.Contains(held, StringComparison.Ordinal)))
            {
                _results.Report($"{who} misses {missing}: {asked.Method} {asked.Path}: {text}");
            }

            if (asked.Then is { } then)
            {
                then(JsonNode.Parse(text)!);
            }
        }
    }

    private async Task KillOne()
    {
        await using var connection = new NpgsqlConnection(database.SuperuserConnectionString ?? database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var kill = new NpgsqlCommand(
            """
            select count(pg_terminate_backend(pid)) from (
              select pid from pg_stat_activity
              where usename = 'rlschat_api' and datname = current_database()
                -- Not one that is being opened: PgBouncer then serves nobody for a second, and says so.
                and state is not null and backend_start < clock_timestamp() - interval '50 ms'
              order by random() limit 1) one
            """, connection);
        _results.Kill((int)(long)(await kill.ExecuteScalarAsync())!);
    }

    /// <summary>On the connections of requests: nothing of one is left there for the next.</summary>
    private async Task ProbeConnections(CancellationToken over)
    {
        var sources = app.Services.GetRequiredService<DataSources>();
        while (!over.IsCancellationRequested)
        {
            foreach (var source in new[] { sources.RegularUser, sources.Anonymous })
            {
                try
                {
                    await using var command = source.CreateCommand(
                        """
                        select concat_ws('/', current_user, current_setting('auth.uid', true), current_setting('auth.session', true),
                          auth.uid(), current_setting('transaction_read_only'))
                        """);
                    var said = (string?)await command.ExecuteScalarAsync(CancellationToken.None);
                    _results.Probe();
                    // An unset setting is null, one that was set before is ''.
                    if (said?.Replace("//", "/", StringComparison.Ordinal).Replace("//", "/", StringComparison.Ordinal) != "rlschat_api/off")
                    {
                        _results.Leak($"who says nothing is taken for {said}");
                    }
                }
                catch (NpgsqlException) when (!calm)
                {
                    // A backend that was killed.
                }
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    [GeneratedRegex("canary-[a-z0-9]+-[0-9a-f]{8}")]
    private static partial Regex Canary();
}
