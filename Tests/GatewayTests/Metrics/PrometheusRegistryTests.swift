import Metrics
import NIOCore
import Testing

@testable import Gateway

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry()

    private var page: String { String(buffer: registry.exposition()) }

    @Test func `a counter is written with its help, type and labels`() {
        let counter = Counter(
            label: "hb.requests", dimensions: [("status", "200"), ("method", "GET")], factory: registry)
        counter.increment(by: 3)
        #expect(
            page == """
                # HELP hb_requests_total hb.requests
                # TYPE hb_requests_total counter
                hb_requests_total{method="GET",status="200"} 3

                """)
    }

    @Test func `the same label and dimensions are one series, in any order`() {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        FloatingPointCounter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(
            by: 0.5)
        Counter(label: "c", factory: registry).increment()
        #expect(page.hasSuffix("c_total 1\nc_total{a=\"1\",b=\"2\"} 2.5\n"))
    }

    @Test func `values that need it are escaped`() {
        var configuration = PrometheusRegistry.Configuration()
        configuration.help = ["c": "back\\slash\nline"]
        let registry = PrometheusRegistry(configuration)
        Counter(label: "c", dimensions: [("le.path", "a\\b\"c\nd"), ("le", "x")], factory: registry)
            .increment()
        let page = String(buffer: registry.exposition())
        #expect(page.contains(#"# HELP c_total back\\slash\nline"#))
        #expect(page.contains(#"c_total{exported_le="x",le_path="a\\b\"c\nd"} 1"#))
    }

    @Test func `gauges and meters go up and down`() {
        let meter = Meter(label: "gateway.sockets.open", factory: registry)
        meter.set(5)
        meter.increment(by: 2)
        meter.decrement(by: 3.5)
        Gauge(label: "ratio", factory: registry).record(Double.infinity)
        #expect(page.contains("# TYPE gateway_sockets_open gauge\ngateway_sockets_open 3.5\n"))
        #expect(page.contains("ratio +Inf\n"))
    }

    @Test func `a timer is a histogram in seconds`() {
        let timer = Timer(label: "db.query", dimensions: [("kind", "read")], factory: registry)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(3)
        timer.recordSeconds(60)
        let lines = page.split(separator: "\n").map(String.init)
        #expect(lines[1] == "# TYPE db_query_seconds histogram")
        #expect(lines.contains(#"db_query_seconds_bucket{kind="read",le="0.0005"} 0"#))
        #expect(lines.contains(#"db_query_seconds_bucket{kind="read",le="0.001"} 1"#))
        #expect(lines.contains(#"db_query_seconds_bucket{kind="read",le="0.005"} 2"#))
        #expect(lines.contains(#"db_query_seconds_bucket{kind="read",le="10"} 2"#))
        #expect(lines.contains(#"db_query_seconds_bucket{kind="read",le="+Inf"} 3"#))
        #expect(lines.contains(#"db_query_seconds_sum{kind="read"} 60.004"#))
        #expect(lines.contains(#"db_query_seconds_count{kind="read"} 3"#))
    }

    @Test func `a recorder is a histogram`() {
        Recorder(label: "batch.rows", factory: registry).record(7)
        #expect(page.contains("batch_rows_bucket{le=\"5\"} 0\nbatch_rows_bucket{le=\"10\"} 1\n"))
    }

    @Test func `a name stays with the kind that took it`() {
        Counter(label: "thing.total", factory: registry).increment()
        Gauge(label: "thing.total", factory: registry).record(7)
        #expect(page.contains("thing_total 1\n"))
        #expect(!page.contains("gauge"))
    }

    @Test func `what is destroyed is shown no more`() {
        let counter = Counter(label: "c", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(page.isEmpty)
    }

    @Test(arguments: [
        ("http.server-requests", "http_server_requests"), ("5xx", "_5xx"), ("", "_"), ("é", "__"),
    ])
    func `names are made of what Prometheus takes`(label: String, name: String) {
        #expect(PrometheusName.sanitized(label) == name)
    }

    @Test func `nothing is lost between threads`() async {
        let counter = Counter(label: "c", factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let timer = Timer(label: "t", factory: registry)
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment()
                        meter.increment(by: 0.5)
                        timer.recordMilliseconds(2)
                    }
                }
            }
        }
        #expect(page.contains("c_total 8000\n"))
        #expect(page.contains("m 4000\n"))
        #expect(page.contains("t_seconds_count 8000\n"))
    }
}
