using Microsoft.AspNetCore.Builder;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>Sixteen people: three organizations of four, and four who are in none; somebody whose session has ended, and nobody.</summary>
internal sealed class Clients
{
    private readonly Setup _setup;
    private static readonly string[] Strangers = ["/chats?scope=public", "/me", "/chats"];
    private string _ended = "";
    private string _public = "";

    private Clients(Setup setup) => _setup = setup;

    public List<Client> All { get; } = [];

    /// <summary>Signs them up, and lets each make something.</summary>
    public static async Task<Clients> Gather(WebApplication app, TestDatabase database)
    {
        var (setup, address) = (new Setup(database), ApiFixture.AddressOf(app));
        var clients = new Clients(setup);
        await setup.Turn("messages_per_hour", null);
        for (var i = 0; i < 16; i++)
        {
            clients.All.Add(await SignUp(address, $"p{i}"));
        }

        foreach (var four in clients.All.Chunk(4))
        {
            var canary = four[0] == clients.All[12] ? null : Mark("o");
            if (canary is not null)
            {
                four[0].Organization = await setup.Found(four[0].Person, canary);
                foreach (var member in four.Skip(1))
                {
                    await setup.Admit(four[0].Person, member.Person);
                    member.Organization = four[0].Organization;
                }
            }

            foreach (var member in four)
            {
                await member.Settle(canary);
                member.May.UnionWith(canary is null ? [] : four.Select(colleague => colleague.Address));
            }
        }

        var open = await SignUp(address, "public");
        clients._public = (await open.Person.Begin("for everybody", "public")).ToString();
        var left = await SignUp(address, "left");
        await left.Settle(null);
        (await left.Person.Post("/auth/logout", new { refreshToken = left.Person.RefreshToken })).Is(204);
        clients._ended = left.Person.AccessToken;
        return clients;
    }

    /// <summary>A request without a token, or with that of a session that has ended.</summary>
    public PoolRequest Stray(Random random) => random.Next(5) switch
    {
        0 => new("GET", "/chats?scope=public", null, [200], _public),
        1 => new("GET", "/me", null, [401]),
        2 => new("GET", $"/chats/{Anybody(random).Chat}", null, [404]),
        3 => new("GET", Strangers[random.Next(Strangers.Length)], null, [401]) { Token = _ended },
        _ => new("GET", $"/messages/{Anybody(random).Message}", null, [401]) { Token = _ended },
    };

    public Client Anybody(Random random) => All[random.Next(All.Count)];

    /// <summary>Everything of everybody, at the end: it is theirs, and all that was theirs is there.</summary>
    public async Task<List<string>> Misplaced()
    {
        var wrong = new List<string>();
        foreach (var client in All)
        {
            var said = await _setup.As<string>(client.Person,
                """
                select concat_ws(', ',
                  case when not exists (select from public."Message" where "id" = $2) then 'lost a message' end,
                  case when not exists (select from public."Document" where "id" = $3) then 'lost a document' end,
                  (select string_agg(c."title", ', ') from public."Chat" c
                    where c."userId" = auth.uid() and c."organizationId" is null and not starts_with(c."title", $1)),
                  (select string_agg(m."parts"::text, ', ') from public."Message" m where m."userId" = auth.uid() and m."chatId" <> $4))
                """, client.Canary, client.Message, client.Document, client.Chat);
            if (said?.Length > 0)
            {
                wrong.Add($"{client.Person.Name} has {said}");
            }
        }

        return wrong;
    }

    private static async Task<Client> SignUp(Uri address, string kind)
    {
        // The address, which colleagues see, has a canary of its own.
        var (canary, addressCanary) = (Mark(kind), Mark("a"));
        var person = new Person(canary, address) { Email = $"{addressCanary}@example.org" };
        person.Take((await person.Post("/auth/register", new { email = person.Email, password = Person.Password })).Is(201));
        return new Client(person, canary, addressCanary);
    }

    private static string Mark(string kind) => $"canary-{kind}-{Random.Shared.Next():x8}";
}
