using System.Net;
using System.Text.Json;
using RlsChat.Tests.Api.Play;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>Attacks through the hole: as Mallory, unless it is said otherwise.</summary>
[Collection(OneBreach.Name)]
[Attack]
public abstract class BreachTest(Breach breach)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    protected Breach Breach => breach;

    /// <summary>By a request that reads.</summary>
    internal Task<Loot> Read(string sql, Person? person = null) => Send(HttpMethod.Get, $"/hole?sql={WebUtility.UrlEncode(sql)}", null, person);

    /// <summary>By a request that may write.</summary>
    internal Task<Loot> Run(string sql, Person? person = null) => Send(HttpMethod.Post, "/hole", sql, person);

    internal async Task<Loot> Send(HttpMethod method, string path, string? body, Person? person = null)
    {
        var answer = await (person ?? breach.Mallory).Send(method, path, body is null ? null : new StringContent(body));
        return JsonSerializer.Deserialize<Loot>(answer.Is(200).Text, Web)!;
    }

    /// <summary>It comes to exactly this (or, by the server's version, to the other of two, apart by "|"), brings nothing of Ben's, and changes nothing.</summary>
    internal async Task Comes(string expected, string attack, Func<Task<Loot>> to)
    {
        Support.Attacks.Count();
        var before = breach.Known ??= await breach.Truth();
        var loot = await to();
        Assert.True(expected.Split('|').Contains(loot.Outcome), $"{attack}: should be {expected}, is {loot.Outcome} {string.Join("; ", loot.Rows)}");
        Assert.DoesNotContain(Breach.Mark, string.Join("; ", loot.Rows), StringComparison.Ordinal);
        breach.Known = await breach.Truth();
        Assert.True(before == breach.Known, $"{attack}: changed {string.Join('\n', before.Split('\n').Except(breach.Known.Split('\n')))}\nto {string.Join('\n', breach.Known.Split('\n').Except(before.Split('\n')))}");

        // Whoever comes next on this connection (there is but one) is themselves, and nobody is nobody.
        const string who = "select coalesce(auth.uid()::text, 'nobody') || ' ' || current_user";
        Assert.Equal($"= {breach.Ben.Person.Id} regular_user", (await Read(who, breach.Ben.Person)).Outcome);
        Assert.Equal("= nobody anonymous", (await Read(who, new Person("anonymous", breach.Address))).Outcome);
    }
}
