using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>A request, the statuses that it may have, and what its answer must hold.</summary>
internal sealed record PoolRequest(string Method, string Path, object? Body, int[] Statuses, params string[] Holds)
{
    /// <summary>The token that it sends, or null.</summary>
    public string? Token { get; init; }

    /// <summary>The canaries that the answer may hold.</summary>
    public IReadOnlySet<string> May { get; init; } = new HashSet<string>();

    /// <summary>Hears of the answer.</summary>
    public Action<JsonNode>? Then { get; init; }
}

/// <summary>A person of the load: what is theirs, in which a canary of theirs stands, and what they ask.</summary>
internal sealed class Client(Person person, string canary, string address)
{
    private readonly Stack<Guid> _made = new();
    private int _count;

    public Person Person => person;

    /// <summary>Stands in everything that only they may see.</summary>
    public string Canary => canary;

    /// <summary>Stands in their address, which colleagues see.</summary>
    public string Address => address;

    /// <summary>All canaries that they may see.</summary>
    public HashSet<string> May { get; } = [canary, address];

    /// <summary>A chat of theirs, a message in it, and a document.</summary>
    public Guid Chat { get; private set; }

    public Guid Message { get; private set; }

    public Guid Document { get; private set; }

    /// <summary>A chat of the organization, by them; null for who is in none.</summary>
    public Guid? Shared { get; private set; }

    public Guid? Organization { get; set; }

    /// <summary>Makes what is theirs.</summary>
    public async Task Settle(string? organizationCanary)
    {
        Chat = await person.Begin(canary);
        Message = await person.Say(Chat, canary);
        Document = (await person.Post("/documents", new { title = canary, content = canary })).Is(201).Id;
        (await person.Put($"/messages/{Message}/vote", new { value = "up" })).Is(200);
        if (organizationCanary is not null)
        {
            Shared = await person.Begin(organizationCanary, organizationId: Organization);
            May.Add(organizationCanary);
        }
    }

    /// <summary>One of the things that they do, at random; some of them about what is another's.</summary>
    public PoolRequest Next(Random random, Client other) => Choose(random.Next(20), other) with { Token = person.AccessToken, May = May };

    private PoolRequest Choose(int which, Client other) => which switch
    {
        0 or 1 => new("GET", "/me", null, [200], person.Id.ToString(), person.Email),
        2 or 3 or 4 => new("GET", "/chats?limit=100", null, [200], Chat.ToString(), canary),
        5 => new("GET", "/chats?scope=organization&limit=100", null, [200], Shared is { } shared ? [shared.ToString()] : []),
        6 => new("GET", $"/chats/{Chat}", null, [200], canary, person.Id.ToString()),
        7 or 8 => new("GET", $"/chats/{Chat}/messages?limit=100", null, [200], Message.ToString(), canary),
        9 => new("GET", $"/chats/{other.Chat}", null, [404]),
        10 => new("GET", $"/messages/{other.Message}", null, [404]),
        11 => new("GET", "/documents?limit=100", null, [200], Document.ToString(), canary),
        12 => new("GET", $"/documents/{other.Document}", null, [404]),
        13 or 14 when _made.TryPop(out var made) => new("DELETE", $"/chats/{made}", null, [204, 404]),
        13 or 14 or 15 => new("POST", "/chats", new { title = $"{canary} {_count++}" }, [201], canary, $"\"userId\":\"{person.Id}\"")
        {
            Then = chat => _made.Push(chat["id"]!.GetValue<Guid>()),
        },
        16 => new("PATCH", $"/chats/{Chat}", new { title = $"{canary} {_count++}" }, [200], canary),
        17 => new("PUT", $"/messages/{Message}/vote", new { value = _count++ % 2 == 0 ? "up" : "down" }, [200], person.Id.ToString()),
        18 => new("POST", $"/chats/{other.Chat}/messages", new { role = "user", parts = new[] { canary } }, [404]),
        _ => new("GET", "/me/audit?limit=100", null, [200]),
    };
}
