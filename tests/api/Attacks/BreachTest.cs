using System.Net;
using System.Text.Json;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>Attacks through the hole: as Mallory, unless it is said otherwise.</summary>
[Collection(SharedBreachedApi.Name)]
[Attack]
public abstract class BreachTest(BreachedApi api)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    protected BreachedApi Api => api;

    /// <summary>By a request that reads.</summary>
    internal Task<AttackResult> Read(string sql, Person? person = null) => Send(HttpMethod.Get, $"/hole?sql={WebUtility.UrlEncode(sql)}", null, person);

    /// <summary>By a request that may write.</summary>
    internal Task<AttackResult> Run(string sql, Person? person = null) => Send(HttpMethod.Post, "/hole", sql, person);

    internal async Task<AttackResult> Send(HttpMethod method, string path, string? body, Person? person = null)
    {
        var response = await (person ?? api.Mallory).Send(method, path, body is null ? null : new StringContent(body));
        return JsonSerializer.Deserialize<AttackResult>(response.Is(200).Text, Web)!;
    }

    /// <summary>It comes to exactly this (or, by the server's version or the order of its plan, to the other of two, apart by "|"), brings nothing of Ben's, and changes nothing.</summary>
    internal async Task Comes(string expected, string attack, Func<Task<AttackResult>> to)
    {
        Support.Attacks.Count();
        var before = api.Known ??= await api.Truth();
        var result = await to();
        Assert.True(expected.Split('|').Contains(result.Outcome), $"{attack}: should be {expected}, is {result.Outcome} {string.Join("; ", result.Rows)}");
        Assert.DoesNotContain(BreachedApi.Mark, string.Join("; ", result.Rows), StringComparison.Ordinal);
        api.Known = await api.Truth();
        Assert.True(before == api.Known, $"{attack}: changed {string.Join('\n', before.Split('\n').Except(api.Known.Split('\n')))}\nto {string.Join('\n', api.Known.Split('\n').Except(before.Split('\n')))}");

        // The next request on this connection (there is only one) has its own identity, and one without a token has none.
        const string who = "select coalesce(auth.uid()::text, 'nobody') || ' ' || current_user";
        Assert.Equal($"= {api.Ben.Person.Id} regular_user", (await Read(who, api.Ben.Person)).Outcome);
        Assert.Equal("= nobody anonymous", (await Read(who, new Person("anonymous", api.Address))).Outcome);
    }
}
