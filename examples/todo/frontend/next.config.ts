import type { NextConfig } from "next";

const config: NextConfig = {
  // The lock files of other packages in this repository must not move the root of this one.
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
};

export default config;
