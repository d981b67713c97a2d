namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// What a person has, by the word of a path before its id ("chats"). A test makes what is here from the start; what
/// else the API can make, it describes, and is made by that.
/// </summary>
internal sealed class Resources(Contract contract, Person person)
{
    /// <summary>Last words of paths by which something is made that tests make themselves, or that has no path of its own.</summary>
    private static readonly string[] ByHand =
        ["chats", "messages", "vote", "streams", "answers", "finish", "documents", "versions", "suggestions", "organizations", "roles", "invitations", "grants"];

    private readonly Dictionary<string, Guid[]> _ids = [];
    private readonly Dictionary<string, Guid> _newest = [];

    /// <summary>The ids of that kind.</summary>
    public Guid[] this[string kind]
    {
        get => _ids.TryGetValue(kind, out var ids) ? ids : throw new InvalidOperationException(
            $"No POST makes one of {kind}: make it in tests/proof/NonInterference/Belongings.cs and set resources[\"{kind}\"] there");
        set => _ids[kind] = value;
    }

    /// <summary>The newest of each kind that was created from the description.</summary>
    public IEnumerable<(string Kind, Guid Id)> Others => _newest.Select(made => (made.Key, made.Value));

    /// <summary>The paths of an operation: one for each of the person's resources that it can be about.</summary>
    public IEnumerable<string> Paths(Operation operation) => operation.Parts.Skip(1).Aggregate(
        (Paths: (IEnumerable<string>)[""], Kind: ""),
        (done, part) => part.StartsWith('{')
            ? (done.Paths.SelectMany(path => this[done.Kind].Select(id => $"{path}/{id}")), done.Kind)
            : (done.Paths.Select(path => $"{path}/{part}"), part)).Paths;

    /// <summary>Makes one of each kind that no test makes itself. The first ones are what paths name.</summary>
    public async Task MakeOthers()
    {
        foreach (var operation in contract.Operations.Where(Makes))
        {
            var response = await Send(operation, person, Paths(operation).First());
            Assert.True(response.Status is 200 or 201 or 204,
                $"{operation.Id} of what is described answers {response.Status}; if it needs more, make it by hand in {nameof(Resources)}: {response.Text}");
            if (response.Status == 201 && response.Body["id"] is { } id)
            {
                _newest[Kind(operation)] = id.GetValue<Guid>();
                _ids.TryAdd(Kind(operation), [_newest[Kind(operation)]]);
            }
        }
    }

    /// <summary>Changes, or else deletes, those that were made so.</summary>
    public async Task ChangeOthers()
    {
        foreach (var (kind, id) in Others)
        {
            var operation = Changes(kind).First();
            var response = await Send(operation, person, $"{operation.Path[..operation.Path.IndexOf('{')]}{id}");
            Assert.True(response.Status is 200 or 204, $"{operation.Id} answers {response.Status}: {response.Text}");
        }
    }

    /// <summary>Whatever somebody else can try at them.</summary>
    public async Task<List<Response>> Trespass(Person intruder)
    {
        var answers = new List<Response>();
        foreach (var operation in contract.Operations.Where(Makes))
        {
            answers.Add(await Send(operation, intruder, Paths(operation).First()));
        }

        foreach (var (kind, id) in Others)
        {
            foreach (var operation in Changes(kind))
            {
                answers.Add(await Send(operation, intruder, $"{operation.Path[..operation.Path.IndexOf('{')]}{id}"));
            }
        }

        return answers;
    }

    /// <summary>Asks with a body as described, in which ids are those of what the person has ("chatId").</summary>
    private Task<Response> Send(Operation operation, Person by, string path) => new Sample(contract).Send(operation, by, body =>
    {
        foreach (var (field, _) in body.ToList().Where(field => field.Key.EndsWith("Id", StringComparison.Ordinal)))
        {
            body[field] = this[$"{field[..^2]}s"][0];
        }
    }, path: path);

    /// <summary>Deletes come first: their effect can be seen whatever the thing is.</summary>
    private IEnumerable<Operation> Changes(string kind) => contract.Operations
        .Where(operation => operation.Method is "PATCH" or "DELETE" && operation.Parts is [.., var last, ['{', ..]] && last == kind)
        .OrderBy(operation => operation.Method, StringComparer.Ordinal);

    private static bool Makes(Operation operation) => !ByHand.Contains(Kind(operation))
        && (operation.Method == "PUT"
            || (operation.Method == "POST" && operation.Parameters.Any(parameter => (string)parameter["name"]! == "Idempotency-Key")));

    private static string Kind(Operation operation) => operation.Parts.Last(part => !part.StartsWith('{'));
}
