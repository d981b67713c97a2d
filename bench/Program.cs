using System.Globalization;
using RlsChat.Bench;

const string Usage = """
    rlschat-bench policies [seconds]   compares forms of the rule "whoever sees the chat", on 10^6 messages
    rlschat-bench identity [seconds]   what it costs that the database verifies who is asking
    rlschat-bench timing [seconds]     whether the time of an answer tells hidden from absent
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
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
