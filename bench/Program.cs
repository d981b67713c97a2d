using System.Globalization;
using RlsChat.Bench;

const string Usage = """
    rlschat-bench policies [seconds]   compares forms of the rule "whoever sees the chat", on 10^6 messages
    rlschat-bench identity [seconds]   what it costs that the database verifies who is asking
    rlschat-bench timing [seconds]     whether the time of an answer tells hidden from absent
    rlschat-bench live http|sql [seconds] [rounds] [readers]
                                       what posting (over HTTP, or by the API's batch alone) pays for the outbox
                                       and for live delivery; readers of a message
    """;

switch (args)
{
    case ["policies"]:
        return await Policies.Run(TimeSpan.FromSeconds(100));
    case ["policies", var seconds] when double.TryParse(seconds, CultureInfo.InvariantCulture, out var s) && s > 0:
        return await Policies.Run(TimeSpan.FromSeconds(s));
    case ["identity"]:
        return await IdentityCost.Run(TimeSpan.FromSeconds(60));
    case ["identity", var seconds] when double.TryParse(seconds, CultureInfo.InvariantCulture, out var s) && s > 0:
        return await IdentityCost.Run(TimeSpan.FromSeconds(s));
    case ["timing"]:
        return await HiddenTiming.Run(TimeSpan.FromSeconds(60));
    case ["timing", var seconds] when double.TryParse(seconds, CultureInfo.InvariantCulture, out var s) && s > 0:
        return await HiddenTiming.Run(TimeSpan.FromSeconds(s));
    case ["live", "http" or "sql", .. var rest] when rest.All(text => int.TryParse(text, CultureInfo.InvariantCulture, out var n) && n > 0):
        var numbers = rest.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return await Live.Run(args[1] == "http", TimeSpan.FromSeconds(numbers.ElementAtOrDefault(0) is > 0 and var time ? time : 2),
            numbers.ElementAtOrDefault(1) is > 0 and var rounds ? rounds : 20, numbers.ElementAtOrDefault(2) is > 0 and var readers ? readers : 10);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
