using System.Text;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>Twenty people, and nobody in particular: what there is among them, and what each may see.</summary>
internal sealed class LiveWorld(ApiFixture fixture, ActingConnection acting, Random random)
{
    private const int People = 20, Organizations = 3;

    private readonly List<Person> _people = [];
    private readonly HashSet<Person> _verified = [];
    private readonly HashSet<Guid> _gone = [];
    private readonly Dictionary<Guid, Guid> _messageOf = [];
    private readonly Dictionary<Guid, int> _joined = [];
    private Dictionary<Person, VisibleRows> _sight = [];

    public List<Guid> Chats { get; } = [];

    public List<Guid> Messages { get; } = [];

    /// <summary>The message that is voted about.</summary>
    public Guid About { get; set; }

    public Person Somebody => _people[random.Next(People)];

    public Person Administrator => _people[random.Next(Organizations)];

    public Person Anybody => One(_people);

    public VisibleRows SightOf(Person person) => _sight[person];

    public IReadOnlyDictionary<Person, VisibleRows> Sights => _sight;

    public T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    public async Task Come()
    {
        for (var i = 0; i < People; i++)
        {
            _people.Add(await fixture.SignUp($"p{i}"));
            if (i < Organizations)
            {
                await fixture.Setup.Found(_people[i]);
            }
            else if (i < 12)
            {
                await Admit(_people[i % Organizations], _people[i]);
            }
        }

        _people.Add(fixture.Anonymous());
        await Look();
    }

    /// <summary>Asks what everybody sees now.</summary>
    public async Task Look()
    {
        _sight = [];
        foreach (var person in _people)
        {
            _sight[person] = await acting.VisibleRows(person);
        }
    }

    public async Task<object?> Admit(Person administrator, Person person)
    {
        if (_verified.Add(person))
        {
            await fixture.Setup.Verify(person);
        }

        var token = Guid.NewGuid().ToString();
        var invited = await acting.Do(administrator, "select public.invite_member($1, $2, sha256($3::bytea))", person.Email, Setup.Member, Encoding.UTF8.GetBytes(token));
        return invited is null ? null : await acting.Do(person, "select public.accept_invitation($1)", token);
    }

    /// <summary>By the first of those whose chat it is who may.</summary>
    public async Task<object?> OwnersOf(Guid chat, string sql)
    {
        foreach (var person in _people.Take(People).Where(person => _sight[person].Theirs.Contains(chat)))
        {
            if (await acting.Do(person, sql, chat) is { } done)
            {
                return done;
            }
        }

        return null;
    }

    public void Remember(OutboxRow happened, int step)
    {
        switch (happened.Kind)
        {
            case "chat.created": Chats.Add(happened.Row); break;
            case "chat.deleted": Chats.Remove(happened.Row); break;
            case "message.created": Messages.Add(happened.Row); break;
            case "message.deleted": Messages.Remove(happened.Row); break;
            case "vote.created": _messageOf[happened.Row] = About; break;
            case "member.joined": _joined[happened.Row] = step; break;
        }

        if (happened.IsDeletion && happened.Chat is not null)
        {
            _gone.Add(happened.Row);
        }
    }

    public bool IsGone(Guid? row) => row is { } id && _gone.Contains(id);

    /// <summary>Whether they have been in their organization since before that step.</summary>
    public bool WasMember(Person person, int step) => _joined.GetValueOrDefault(person.Id, -1) < step;

    /// <summary>Whether what it is about has gone since: then what went says so, and this need not be told.</summary>
    public bool IsOptional(OutboxRow e) => !e.IsDeletion && (e.Chat is { } chat
        ? IsGone(e.Row) || IsGone(chat) || (_messageOf.TryGetValue(e.Row, out var message) && IsGone(message))
        : _people.Exists(person => person.Id == e.Row && _sight[person].Organization != e.Organization));
}
